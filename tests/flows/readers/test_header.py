"""The names of a file's columns: each once, and what was renamed."""

from flows.readers.header import name_columns


def test_names_are_trimmed_and_kept() -> None:
    found = name_columns(["\ufeffid", " Name\xa0"])
    assert (found.columns, found.repeated, found.notes) == (("id", "Name"), {}, ())


def test_a_name_that_stands_before_bears_its_number() -> None:
    """The third of a name is its third number; a number that a column has is passed over."""
    found = name_columns(["Code", "code", "CODE", "a", "a (2)", "A"])
    assert found.columns == ("Code", "code (2)", "CODE (3)", "a", "a (2)", "A (3)")
    assert found.repeated == {"code (2)": "Code", "CODE (3)": "Code", "A (3)": "a"}


def test_a_column_without_a_name_is_called_by_its_place_and_said() -> None:
    found = name_columns(["id", "", "row_number"])
    assert found.columns == ("id", "column_2", "row_number (file)")
    assert len(found.notes) == 2
