"""Whatever happens to some records, every other one comes out exactly as it was written."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from flows.readers import FileOptions, open_feed
from tests.support.examples import count_examples

SPECIAL = ',;\t|"\r\n'
one_line_cells = st.text(
    st.sampled_from(["a", "B", "7", " ", "é", "😀", "\ufeff", *',;"|\t']), max_size=6
)
long_cells = st.builds("x{}\n{}".format, one_line_cells, one_line_cells)
return_cells = st.builds("y{}\r\n{}".format, one_line_cells, one_line_cells)
cells = one_line_cells | one_line_cells | long_cells | return_cells
DAMAGES = ["none"] * 6 + ["drop cell", "add cell", "bad byte", "open quote", "unclose", "trail"]


@dataclass(frozen=True)
class Table:
    """A table as it is written, and what shall be damaged in it."""

    width: int
    records: list[list[str]]
    damages: list[str]
    delimiter: str
    line_end: str
    quote_all: bool
    ends_with_line_end: bool
    batch_bytes: int

    def encoded(self, record: list[str]) -> list[bytes]:
        return [
            '"{}"'.format(cell.replace('"', '""')).encode()
            if self.quote_all or any(character in cell for character in SPECIAL)
            else cell.encode()
            for cell in record
        ]

    def damaged(self, record: list[str], damage: str) -> tuple[bytes, bool]:
        """Return a record's bytes and whether they are damaged."""
        parts = self.encoded(record)
        mark = self.delimiter.encode()
        one_line = not any(end in cell for cell in record for end in "\r\n")
        first, last = parts[0], parts[-1]
        is_quoted = one_line and first.startswith(b'"')
        at = 1 if first.startswith(b'"') else 0
        damaged = {
            "drop cell": parts[:-1],
            "add cell": [*parts, b"z"],
            "bad byte": [first[:at] + b"\xff" + first[at:], *parts[1:]],
            "open quote": [*parts[:-1], b'"' + last] if one_line and last[:1] != b'"' else None,
            "unclose": [first[:-1], *parts[1:]] if is_quoted else None,
            "trail": [first + b"t", *parts[1:]] if is_quoted else None,
        }.get(damage)
        return mark.join(damaged or parts), bool(damaged)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    width = draw(st.integers(2, 4))
    records = draw(st.lists(st.lists(cells, min_size=width, max_size=width), max_size=12))
    one = st.sampled_from(DAMAGES)
    damages = draw(st.lists(one, min_size=len(records), max_size=len(records)))
    return Table(
        width,
        records,
        damages,
        draw(st.sampled_from(",;\t|")),
        draw(st.sampled_from(["\n", "\r\n", "\r"])),
        draw(st.booleans()),
        draw(st.booleans()),
        draw(st.sampled_from([16, 64, 300, 1 << 20])),
    )


@settings(max_examples=count_examples(200))
@example(
    Table(
        width=4,
        records=[["\ufeff", "", "", ""], *[[""] * 4] * 3],
        damages=["none", *["drop cell"] * 3],
        delimiter=",",
        line_end="\n",
        quote_all=False,
        ends_with_line_end=False,
        batch_bytes=16,
    )
)
@given(tables())
def test_damaged_records_are_rejected_alone(table: Table) -> None:
    written = [table.damaged(r, d) for r, d in zip(table.records, table.damages, strict=True)]
    broken = [number for number, (_, damaged) in enumerate(written, start=1) if damaged]
    undecodable = sum(b"\xff" in text for text, _ in written)
    assume(undecodable * 2 <= len(written))
    # A dropped cell can leave nothing of a record: a blank line is none.
    assume(all(text for text, _ in written))
    header = table.delimiter.join(f"c{i}" for i in range(table.width)).encode()
    line_end = table.line_end.encode()
    content = line_end.join([header, *(text for text, _ in written)])
    content += line_end if table.ends_with_line_end else b""
    options = FileOptions(encoding="utf-8", delimiter=table.delimiter)
    with TemporaryDirectory() as folder:
        path = Path(folder, "feed.csv")
        path.write_bytes(content)
        feed = open_feed(path, options, table.batch_bytes)
        batches = list(feed.batches())
    expected = [
        (number, *(cell or None for cell in record))
        for number, record in enumerate(table.records, start=1)
        if number not in broken and any(record)
    ]
    assert [row for batch in batches for row in batch.rows.rows()] == expected
    assert [row[0] for batch in batches for row in batch.broken.rows()] == broken
