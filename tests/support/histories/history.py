"""Seeded histories of a workspace: what nights find, from late files to changed settings."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from flows.cli.app import main
from tests.support.histories.configuration import MORE, Configuration
from tests.support.histories.worlds import CALLED, CURRENCIES, Row, draw_world

CUTS = 4
"""Into how many files the rows of a table are cut."""
SECOND = frozenset({"contacts", "events", "sessions", "page_views", "orders", "ads", "ad_stats"})
"""Tables that two feeds may give."""
OVERLAPPING = frozenset({"contacts", "campaigns", "messages", "orders", "sends", "sessions", "ads"})
"""Tables of which later files say some rows anew, in a later version."""
RESTATED: dict[str, tuple[object, ...]] = {
    "name": ("Another name", "campaign 1"),
    "campaign_name": CALLED,
    "ad_name": (*CALLED, None),
    "revenue": ("7.77", "0"),
    "spend": ("3.33", "0.01"),
    "rate": ("1.05",),
    "currency": CURRENCIES,
    "email": ("p1@x.io", "shared@x.io", None),
    "contact_id": ("1", "2", "k4", "c1"),
    "anonymous_id": ("d1", "d3", "d5"),
    "status": ("sent", "delivered", "bounced"),
    "campaign_id": ("1", "2"),
    "dispatch_id": ("1", None),
    "segment_id": ("1", "2"),
    "channel": ("email", "sms"),
    "is_holdout": (True, False),
    "sent_at": ("2026-03-28T10:00:00Z", None),
    "event_type": ("email_opened", "email_clicked", "email_unsubscribed"),
    "message_id": ("1", "2", "m-email"),
    "utm_campaign": (*CALLED, "2"),
    "is_machine": (True, False),
    "updated_at": ("2025-12-01T00:00:00Z", "2026-01-06T12:00:00Z", "2026-06-01T00:00:00Z"),
    "occurred_at": ("2026-01-07T12:00:30Z", "2026-03-28T23:30:30Z"),
    "started_at": ("2026-01-06T03:00:00Z",),
}
"""Column -> what a later version of a row may say there."""
SPOILED: dict[str, object] = {
    "occurred_at": "soon",
    "ordered_at": "soon",
    "spend": "much",
    "status": "?",
}
"""Column -> what gets a row rejected."""


@dataclass
class History:
    """A workspace as it changes from night to night.

    Attributes:
        root: The workspace.
        random: Draws what happens.
        waiting: Files that are not delivered yet: path -> rows.
        happened: What happened in each night, for who looks at a failure.
        configuration: What campaigns.toml says.
    """

    root: Path
    random: Random
    waiting: dict[str, list[Row]]
    happened: list[str] = field(default_factory=list)
    configuration: Configuration = field(init=False)

    def __post_init__(self) -> None:
        """Configure the feeds of all files."""
        feeds = dict.fromkeys(path.split("/")[1] for path in self.waiting)
        self.configuration = Configuration(self.root, self.random, self.note, [*feeds])

    @classmethod
    def begin(cls, root: Path, seed: int) -> "History":
        """A workspace to which a third of its files has been delivered."""
        random = Random(seed)  # noqa: S311 - no secret is drawn
        waiting = {}
        for table, rows in draw_world(seed).items():
            for number, part in enumerate(cut(random, rows)):
                is_second = table in SECOND and random.random() < 0.25
                waiting[f"raw/{MORE * is_second}{table}/{number}.jsonl"] = part
        history = cls(root, random, waiting)
        for feed in history.configuration.feeds:
            (root / "raw" / feed).mkdir(parents=True)
        history.deliver(len(waiting) // 3)
        history.configuration.write()
        return history

    def pass_a_day(self) -> None:
        """Let some of what happens to a workspace happen."""
        configuration = self.configuration
        happenings: tuple[Callable[[], None], ...] = (
            *(self.deliver,) * 5,
            self.deliver_again,
            self.rename,
            *(self.correct,) * 2,
            self.change_a_row,
            self.spoil,
            self.withdraw,
            *(self.overlap,) * 2,
            *(configuration.change_setting,) * 3,
            *(configuration.change_option,) * 2,
            configuration.change_organization,
            configuration.change_mapping,
            configuration.rename_feed,
            configuration.move_folder,
            configuration.remove_rates,
            configuration.swap_feeds,
            configuration.leave_a_feed_out,
            self.erase,
            self.do_nothing,
        )
        self.happened.append("--")
        for happening in self.random.sample(happenings, self.random.randint(1, 3)):
            happening()
        configuration.write()

    def deliver(self, most: int = 6) -> None:
        """Deliver some files, of any table and day."""
        for path in self.random.sample(sorted(self.waiting), min(most, len(self.waiting))):
            feed = path.split("/")[1]
            place = path.replace(f"/{feed}/", f"/{self.configuration.folders.get(feed, feed)}/")
            self.write(place, self.waiting.pop(path))

    def deliver_again(self) -> None:
        """Deliver a file a second time, under another name."""
        if path := self.pick():
            self.copy(path, path.with_name(f"{self.random.randrange(9)}-{path.name}"))

    def rename(self) -> None:
        """Give a file another name, which may change its place in the order."""
        if path := self.pick():
            new = path.with_name(f"{self.random.choice('a059')}{path.name}")
            self.note("rename", path, new)
            path.rename(new)

    def correct(self) -> None:
        """Replace a file's content: a row less, and others said otherwise."""
        if path := self.pick():
            rows = read(path)
            gone = self.random.randrange(len(rows))
            left = [
                self.restate(row) if self.random.random() < 0.3 else row
                for row in rows[:gone] + rows[gone + 1 :]
            ]
            self.write(self.name(path), left)

    def change_a_row(self, tables: Iterable[str] = ()) -> None:
        """Replace a file's content: one row says something else, and nothing beside it changes."""
        if path := self.pick(tables):
            rows = read(path)
            at = self.random.randrange(len(rows))
            self.write(self.name(path), [*rows[:at], self.restate(rows[at]), *rows[at + 1 :]])

    def spoil(self) -> None:
        """Replace a file's content: some rows are rejected from now on."""
        if path := self.pick():
            rows = [
                row | {name: value for name, value in SPOILED.items() if name in row}
                if self.random.random() < 0.2
                else row
                for row in read(path)
            ]
            self.write(self.name(path), rows)

    def withdraw(self) -> None:
        """Take a file away."""
        if path := self.pick():
            self.note("withdraw", path)
            path.unlink()

    def overlap(self) -> None:
        """Deliver a later version of some rows beside the file that they are in."""
        if (path := self.pick(OVERLAPPING)) and (rows := read(path)):
            again = [self.restate(row) for row in self.random.sample(rows, min(3, len(rows)))]
            self.write(self.name(path.with_name(f"later-{path.name}")), again)

    def erase(self) -> None:
        """Erase a person, from the raw files too or not."""
        people = [
            row for path in self.list_files("contacts", "more contacts") for row in read(path)
        ]
        if people:
            person = self.random.choice(people)
            raw = self.random.choice([[], ["--raw"]])
            who = ["--contact", person["contact_id"], "--org", person["org_id"], *raw]
            self.note("erase", *who, main(["erase", str(self.root), *who, "--yes"]))

    def do_nothing(self) -> None:
        """A night without anything new."""

    def list_files(self, *feeds: str) -> Iterable[Path]:
        """The delivered files with rows, of some feeds or of any."""
        folders = {self.configuration.folders.get(feed, feed) for feed in feeds}
        for path in sorted(self.root.glob("raw/*/*")):
            if (not feeds or path.parent.name in folders) and read(path):
                yield path

    def pick(self, tables: Iterable[str] = ()) -> Path | None:
        """A delivered file, of some tables or of any."""
        files = [*self.list_files(*tables)]
        return self.random.choice(files) if files else None

    def restate(self, row: Row) -> Row:
        """A row in a later version: some of what it says is another."""
        known = [name for name in (*row, "updated_at") if name in RESTATED]
        chosen = self.random.sample(known, min(len(known), self.random.randint(1, 3)))
        return row | {name: self.random.choice(RESTATED[name]) for name in chosen}

    def name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    def copy(self, path: Path, other: Path) -> None:
        self.note("copy", path, other)
        other.write_bytes(path.read_bytes())

    def write(self, path: str, rows: list[Row]) -> None:
        self.note("write", path, len(rows))
        (self.root / path).write_text("".join(json.dumps(row, default=str) + "\n" for row in rows))

    def note(self, *what: object) -> None:
        self.happened.append(" ".join(str(one) for one in what))


def cut(random: Random, rows: list[Row]) -> list[list[Row]]:
    """Rows cut into files, in any order."""
    mixed = random.sample(rows, len(rows))
    step = len(mixed) // CUTS + 1
    return [mixed[at : at + step] for at in range(0, len(mixed), step)]


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a delivered file."""
    return [json.loads(line) for line in path.read_text().splitlines() if line]
