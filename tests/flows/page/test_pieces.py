"""What is left out of a page that is too large."""

from hypothesis import given
from hypothesis import strategies as st

from flows.page.pieces import LIMITS, PagePiece, fit_pieces, limit_of

TABS = {
    "large": [PagePiece("head"), *(PagePiece("x" * 10, limit_of(place)) for place in range(60))],
    "small": [PagePiece("head"), *(PagePiece("y", limit_of(place)) for place in range(4))],
}


def test_a_row_is_shown_with_every_limit_above_its_place() -> None:
    assert [limit_of(place) for place in (0, 1, 2, 3, 24, 25, 49, 50, 900)] == [
        *(1, 3, 3, 6, 25, 50, 50, 50, 50)
    ]


def test_all_is_shown_where_there_is_room() -> None:
    assert fit_pieces(TABS, 1000) == {
        name: "".join(text for text, *_ in pieces) for name, pieces in TABS.items()
    }


def test_the_largest_tab_is_cut_first() -> None:
    assert fit_pieces(TABS, 300) == {"large": "head" + "x" * 250, "small": "headyyyy"}


def test_what_never_fits_has_the_fewest_rows() -> None:
    assert fit_pieces(TABS, 0) == {"large": "head" + "x" * 10, "small": "heady"}


@given(room=st.integers(0, 700))
def test_a_page_has_room_or_the_fewest_rows(room: int) -> None:
    shown = fit_pieces(TABS, room)
    rows = {"large": shown["large"].count("x") // 10, "small": shown["small"].count("y")}
    fewest = {"large": 1, "small": 1}
    assert sum(map(len, shown.values())) <= room or rows == fewest


@given(parts=st.lists(st.tuples(st.text(), st.sampled_from(LIMITS), st.sampled_from(LIMITS))))
def test_a_piece_is_shown_between_its_limits(parts: list[tuple[str, int, int]]) -> None:
    pieces = [PagePiece(*part) for part in parts]
    assert fit_pieces({"one": pieces}, 10**9)["one"] == "".join(
        text for text, least, most in parts if least <= 50 <= most
    )
