"""Issue 11: whatever happened to a workspace, what it publishes is what a new one would publish.

`FAULTS=2000` goes through 100 longer histories.
"""

import errno
import hashlib
import os
import random
import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import ClassVar

import polars as pl
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from flows.cli.app import main
from tests.support.faults.damages import DAMAGES, damage_one, list_files
from tests.support.faults.faulty_workspaces import (
    FILES,
    TOML,
    Tables,
    differing,
    list_leftovers,
    publish,
    published,
    run_anew,
    without_run,
)
from tests.support.faults.forked_commands import Commands, Disturbance
from tests.support.workspaces import write_workspace

FAULTS = int(os.environ.get("FAULTS", "0"))
PEOPLE = ("ann-4711", "bo-0815", "cy-1", "new-9")
ROWS = {
    "contacts": "contact_id,email\n{who},{who}@x.io\n",
    "events": (
        "event_id,event_type,send_id,occurred_at\nx{n},email_{kind},s{m},2026-01-1{m}T1{m}:00:00Z\n"
    ),
    "orders": ("order_id,contact_id,ordered_at,revenue\n{n},{who},2026-01-1{m}T12:00:00Z,{n}.5\n"),
    "sessions": (
        "session_id,contact_id,started_at,utm_source,utm_medium,utm_campaign\n"
        "x{n},{who},2026-01-1{m}T11:00:00Z,google,cpc,{n}\n"
    ),
    "ad_stats": (
        "date_day,platform,campaign_id,ad_id,clicks,impressions,spend\n"
        "2026-01-1{m},google_ads,7,7{m},{n},{n}0,{n}.25\n"
    ),
}
"""What a file of a table may say."""
SETTINGS = (
    "",
    "[attribution]\nlookback_days = 1\n",
    '[attribution]\nmodels = ["linear", "time_decay"]\n',
    "[sessions]\ntimeout_minutes = 5\n",
)
CONTENTS = st.builds(
    lambda table, n, m, kind, who: (table, ROWS[table].format(n=n, m=m, kind=kind, who=who)),
    st.sampled_from(sorted(ROWS)),
    st.integers(1, 9),
    st.integers(0, 3),
    st.sampled_from(["opened", "clicked", "unsubscribed", "complained"]),
    st.sampled_from(PEOPLE),
)
NUMBERS = st.integers(0, 10_000)


def has_files(history: "History") -> bool:
    """Whether any raw file is left."""
    return any((history.root / "raw").rglob("*.*"))


class History(RuleBasedStateMachine):
    """A workspace to which things happen."""

    commands: ClassVar[Commands]

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(mkdtemp(prefix="history-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT")))
        self.root = self.place / "ws"
        self.known: dict[str, Tables] = {}
        self.count = 0

    @initialize()
    def begin(self) -> None:
        write_workspace(self.root, TOML, FILES)
        publish(self.root)

    def raw(self, number: int) -> Path:
        """One of the raw files."""
        files = sorted(path for path in (self.root / "raw").rglob("*") if path.is_file())
        return files[number % len(files)]

    @rule(content=CONTENTS)
    def deliver(self, content: tuple[str, str]) -> None:
        table, text = content
        self.count += 1
        (self.root / "raw" / table / f"more-{self.count}.csv").write_text(text)

    @rule(content=CONTENTS)
    def correct(self, content: tuple[str, str]) -> None:
        table, text = content
        (self.root / "raw" / table / "1.csv").write_text(text)

    @precondition(has_files)
    @rule(number=NUMBERS)
    def withdraw(self, number: int) -> None:
        self.raw(number).unlink()

    @precondition(has_files)
    @rule(number=NUMBERS)
    def rename(self, number: int) -> None:
        path = self.raw(number)
        self.count += 1
        path.rename(path.with_name(f"{self.count}-{path.name}"))

    @precondition(has_files)
    @rule(number=NUMBERS)
    def duplicate(self, number: int) -> None:
        path = self.raw(number)
        self.count += 1
        shutil.copyfile(path, path.with_name(f"{self.count}-{path.name}"))

    @rule(more=st.sampled_from(SETTINGS))
    def configure(self, more: str) -> None:
        (self.root / "campaigns.toml").write_text(TOML + more)

    @rule(who=st.sampled_from(PEOPLE))
    def erase(self, who: str) -> None:
        assert main(["erase", str(self.root), "--contact", who, "--yes"]) in (0, 2)

    @rule(number=NUMBERS, how=st.sampled_from(sorted(DAMAGES)))
    def damage(self, number: int, how: str) -> None:
        kinds = list_files(self.root)
        # Who was erased is kept twice; both copies lost at once is told and needs a backup.
        kinds.pop("erasures", None)
        kind = sorted(kinds)[number % len(kinds)]
        damage_one(random.Random(number), self.root, kind, how)  # noqa: S311

    @rule(at=st.integers(1, 450), is_full=st.booleans())
    def kill(self, at: int, is_full: bool) -> None:  # noqa: FBT001
        disturbed = Disturbance(at=at, only_changes=True)
        self.commands.run(self.root, "run", *(["--full"] * is_full), disturbed=disturbed)

    @rule(at=st.integers(1, 900), number=st.sampled_from([errno.ENOSPC, errno.EACCES, errno.EIO]))
    def refuse(self, at: int, number: int) -> None:
        disturbed = Disturbance(at=at, kind="refuse", errno=number)
        assert self.commands.run(self.root, "run", disturbed=disturbed).code in (0, 3, 4)

    @rule()
    def run(self) -> None:
        publish(self.root)
        found, wanted = without_run(published(self.root)), self.run_anew()
        alike = [name for name in differing(found, wanted) if not stands_on(name, found, wanted)]
        assert alike == []
        assert list(list_leftovers(self.root)) == []

    def run_anew(self) -> Tables:
        """The tables that a new workspace with the same input publishes."""
        given = [self.root / "campaigns.toml", *sorted((self.root / "raw").rglob("*.*"))]
        given += (self.root / "state").glob("erasures.json")
        digest = hashlib.sha256()
        for path in given:
            digest.update(str(path).encode() + path.read_bytes())
        key = digest.hexdigest()
        if key not in self.known:
            self.known[key] = run_anew(self.root, self.place / key)
            shutil.rmtree(self.place / key)
        return self.known[key]

    def teardown(self) -> None:
        try:
            if (self.root / "campaigns.toml").exists():
                self.run()
        finally:
            shutil.rmtree(self.place, ignore_errors=True)


@pytest.fixture(scope="module", autouse=True)
def _forks(commands: Commands) -> None:
    History.commands = commands


def stands_on(name: str, found: Tables, wanted: Tables) -> bool:
    """Whether a table stands on without rows, as one does that was published before (SPEC §3)."""
    return name in found and name not in wanted and pl.read_parquet(found[name]).is_empty()


TestHistory = History.TestCase
TestHistory.settings = settings(
    max_examples=FAULTS // 20 or 2,
    stateful_step_count=15 if FAULTS else 6,
    deadline=None,
    derandomize=not FAULTS,
    suppress_health_check=list(HealthCheck),
)
