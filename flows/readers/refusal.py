"""A file that cannot be read as a whole, and the limits beyond which that is so."""

LARGE = 1 << 26
"""From how many bytes of content on a file's expansion matters."""


class RefusedFile(Exception):  # noqa: N818 (the domain's word)
    """A file that cannot be read as a whole.

    Attributes:
        reason: What is wrong, without values of the data.
        hint: What would set it right.
    """

    def __init__(self, reason: str, hint: str) -> None:
        """Keep the reason and the hint apart, for reports that show both."""
        super().__init__(reason, hint)
        self.reason = reason
        self.hint = hint

    def __str__(self) -> str:
        """The reason, and what would set it right."""
        return f"{self.reason}; {self.hint}"


def require_few_columns(columns: int, limit: int) -> None:
    """Refuse a file with more columns than may be.

    Raises:
        RefusedFile: It has more.
    """
    if columns > limit:
        msg = f"the file has {columns:,} columns, more than max_columns = {limit:,} allows"
        raise RefusedFile(msg, "deliver fewer columns, or set max_columns under [run]")


def require_small_expansion(content_bytes: int, file_bytes: int, limit: int) -> None:
    """Refuse a file of which a few bytes stand for more content than anybody delivers.

    Args:
        content_bytes: How much content it has, or has had so far.
        file_bytes: Its own size.
        limit: How many times its own size the content may have.

    Raises:
        RefusedFile: It has more, and is large.
    """
    if content_bytes > max(LARGE, limit * file_bytes):
        msg = f"the content is more than {limit:,} times as large as the file (max_expansion)"
        raise RefusedFile(msg, "deliver it less compressed, or set max_expansion under [run]")
