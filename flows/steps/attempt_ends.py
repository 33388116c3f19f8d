"""How an attempt of a run ended, in words that bear no value of the data."""

from datetime import UTC, datetime

from contracts.manifest import AttemptEnd
from flows.errors import FAULT_OF_OURS, CampaignReportsError, DataRefused
from flows.remote.place_names import name_places
from flows.steps.attempt import Attempt

REFUSED = "refused"


def describe_failure(attempt: Attempt, error: Exception) -> AttemptEnd:
    """How an attempt ended that published nothing; of a fault of ours its kind alone."""
    if not isinstance(error, CampaignReportsError):
        return describe_end(attempt, "failed", FAULT_OF_OURS, type(error).__name__)
    outcome = REFUSED if isinstance(error, DataRefused) else "failed"
    said = name_places(error.message), name_places(error.hint)
    return describe_end(attempt, outcome, error.exit_code, *said)


def describe_end(
    attempt: Attempt, outcome: str, exit_code: int, message: str = "", hint: str = ""
) -> AttemptEnd:
    """How an attempt ended."""
    return AttemptEnd(
        run_id=attempt.run_id,
        started_at=stamp(attempt.started_at),
        finished_at=stamp(datetime.now(UTC)),
        outcome=outcome,
        exit_code=exit_code,
        message=message,
        hint=hint,
    )


def stamp(instant: datetime) -> str:
    """An instant as the manifest says it."""
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
