"""Text of the data stays text in Markdown."""

import pytest

from flows.announcements.summary_markdown import escape


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a | b", r"a \| b"),
        ("<script>x</script>", r"\<script\>x\</script\>"),
        ("[click](javascript:x)", r"\[click\](javascript:x)"),
        ("two\nlines", "two lines"),
        ("snake_case *star*", r"snake\_case \*star\*"),
    ],
)
def test_what_would_steer_markdown_is_escaped(text: str, shown: str) -> None:
    assert escape(text) == shown
