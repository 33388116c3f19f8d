"""What can stop a command, and the exit code that says so (SPEC §9)."""

import errno
import traceback
from pathlib import Path
from typing import ClassVar

PACKAGES = ("flows", "transforms", "contracts")
FAULT_OF_OURS = 1
INTERRUPTED = 130
REPORT_IT = "This is a fault of the program; please report it."
"""What to do where what this program made is not what it has to be."""
FILE_FOR_FOLDER = "A file stands in a folder's place: move it away, then run again."
ANY_REMEDY = "Look at the disk's free space, rights and limits, then run again."
REMEDIES = {
    errno.ENOSPC: "The disk is full: make room and run again.",
    errno.EDQUOT: "The disk quota is used up: make room and run again.",
    errno.EFBIG: "Allow the process larger files (ulimit -f).",
    errno.EIO: "The disk does not read or write as it should: check it, then run again.",
    errno.EACCES: "Give the user of the run the right to read and write there.",
    errno.EPERM: "Give the user of the run the right to read and write there.",
    errno.EROFS: "The file system is mounted read-only: mount it for writing.",
    errno.EXDEV: "Keep state/, reports/ and quarantine/ of a workspace on one file system.",
    errno.EISDIR: "A folder stands in a file's place, as a container's mount of a missing file "
    "makes one: remove it, then run again.",
    errno.ENOTDIR: FILE_FOR_FOLDER,
    errno.EEXIST: FILE_FOR_FOLDER,
    errno.ELOOP: "A link there leads back to itself: replace it, then run again.",
    errno.EMFILE: "Allow the process more open files (ulimit -n).",
}
"""What mends what the system says about a disk, by its number of the error."""


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


def explain_failure(error: BaseException) -> tuple[str, str]:
    """What to say of any failure, and what to do about it: sentences without personal data.

    The text of an exception that is not ours may hold values of the data: it is not repeated.
    """
    if isinstance(error, CampaignReportsError):
        return error.message, error.hint
    hint = "Nothing that was published has changed. Please report it to the maintainers."
    return f"a fault of ours, not of your data: {locate_fault(error)}", hint


def locate_fault(error: BaseException) -> str:
    """The kind of an exception, and the last line of ours that it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    project = Path(__file__).resolve().parents[1]
    ours = [
        frame
        for frame in frames
        if any(Path(frame.filename).is_relative_to(project / package) for package in PACKAGES)
    ]
    if not ours:
        return type(error).__name__
    file = Path(ours[-1].filename).relative_to(project)
    return f"{type(error).__name__} at {file.as_posix()}, line {ours[-1].lineno}"
