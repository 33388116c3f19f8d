"""How a failure is shown to the user, and the exit code that it becomes (SPEC §9)."""

import os
import traceback
from importlib.metadata import version

from flows.cli.console import print_note
from flows.errors import (
    FAULT_OF_OURS,
    REMEDIES,
    CampaignReportsError,
    StorageFailed,
    locate_fault,
)

NAME = "campaign-reports"
DEBUG = "CAMPAIGN_REPORTS_DEBUG"


def report_failure(error: Exception) -> int:
    """Tell the user what went wrong, without a traceback, and give the exit code.

    The text of an exception that is not ours may hold values of the data: it is not repeated.
    """
    if os.environ.get(DEBUG) == "1":
        traceback.print_exception(error)
    if isinstance(error, OSError) and error.errno in REMEDIES:
        place = f" ({error.filename})" if error.filename else ""
        msg = f"storage failed: {error.strerror}{place}"
        error = StorageFailed(msg, REMEDIES[error.errno])
    if isinstance(error, CampaignReportsError):
        print_note(f"{NAME}: {error}", style="red")
        return error.exit_code
    print_note(f"{NAME}: a fault of ours, not of your data: {locate_fault(error)}.", style="red")
    print_note(
        "Nothing that was published has changed. Please report it to the maintainers with the "
        f"version ({version(NAME)}) and what {DEBUG}=1 prints in addition."
    )
    return FAULT_OF_OURS
