"""What can stop a command, and the exit code that says so (SPEC §9)."""

from typing import ClassVar

FAULT_OF_OURS = 1
INTERRUPTED = 130


class CampaignReportsError(Exception):
    """A failure that a user can understand: two sentences, never a traceback."""

    exit_code: ClassVar[int] = FAULT_OF_OURS

    def __init__(self, message: str, hint: str = "") -> None:
        """Say what is wrong, and what to do about it.

        Args:
            message: What is wrong, with the name of the file, key or table; never a cell's value.
            hint: What the user can do about it; empty where the message says it already.
        """
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """The message and, on a line of its own, the hint."""
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class UsageError(CampaignReportsError):
    """A command that cannot be carried out as it was given."""

    exit_code = 2


class ConfigurationError(CampaignReportsError):
    """A workspace whose configuration says something that cannot be."""

    exit_code = 2


class DataRefused(CampaignReportsError):  # noqa: N818 - it names what happened
    """Feeds from which no report can be published."""

    exit_code = 3


class StorageFailed(CampaignReportsError):  # noqa: N818 - it names what happened
    """A disk or an object store that did not take or give what was asked of it."""

    exit_code = 4


class WorkspaceBusy(CampaignReportsError):  # noqa: N818 - it names what happened
    """A workspace that another run holds."""

    exit_code = 5
