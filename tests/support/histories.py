"""Seeded histories of a workspace: what nights find, from late files to changed settings."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.support.ad_workspaces import make_world
from tests.support.generated import draw_tables
from tests.support.people_world import make_people

Row = dict[str, Any]
CUTS = 4
"""Into how many files the rows of a table are cut."""
SETTINGS: dict[str, tuple[str, ...]] = {
    "workspace.timezone": ('"UTC"', '"America/New_York"', '"Asia/Kolkata"'),
    "workspace.currency": ('"USD"', '"EUR"'),
    "workspace.max_rejected_share": ("1",),
    "workspace.channels": ("[]", '["whatsapp"]'),
    "ads.match": ('"auto"', '"utm_campaign"'),
    "ads.aliases": (
        "{}",
        '{ "partner" = { platform = "google_ads", campaign_id = "1" } }',
        '{ "partner" = { platform = "google_ads", campaign_id = "none" } }',
    ),
    "attribution.lookback_days": ("30", "3"),
    "attribution.touch_opens": ("false", "true"),
    "attribution.models": ('["last_touch", "linear"]', '["first_touch", "time_decay"]'),
    "identity.backward_days": ("30", "0"),
    "sessions.timeout_minutes": ("30", "5"),
    "workspace.keep_snapshots": ("30", "2"),
}
"""Settings that decide figures, and one that does not, with the values that nights see."""
AUDIENCES = ("", '\n[[audiences]]\nname = "clicked"\nperformed = "email_clicked"\n')
OVERLAPPING = frozenset({"contacts", "campaigns", "orders", "sends"})
"""Tables of which later files say some rows anew, in a later version."""


@dataclass
class History:
    """A workspace as it changes from night to night.

    Attributes:
        root: The workspace.
        random: Draws what happens.
        waiting: Files that are not delivered yet: path -> rows.
        settings: Setting -> its value as TOML.
        audience: The audience that is configured.
        order: The tables in the order of their feeds.
        happened: What happened in each night, for who looks at a failure.
    """

    root: Path
    random: Random
    waiting: dict[str, list[Row]]
    settings: dict[str, str] = field(default_factory=dict)
    audience: str = ""
    order: list[str] = field(default_factory=list)
    happened: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, root: Path, seed: int) -> "History":
        """A workspace to which nothing has been delivered."""
        random = Random(seed)  # noqa: S311 - no secret is drawn
        tables = draw_world(seed)
        waiting = {
            f"raw/{table}/{number}.jsonl": part
            for table, rows in tables.items()
            for number, part in enumerate(cut(random, rows))
        }
        history = cls(root, random, waiting, order=[*tables])
        history.settings = {name: values[0] for name, values in SETTINGS.items()}
        for table in tables:
            (root / "raw" / table).mkdir(parents=True)
        history.deliver(len(waiting) // 3)
        history.configure()
        return history

    def pass_a_day(self) -> None:
        """Let some of what happens to a workspace happen."""
        happenings = (
            *(self.deliver,) * 4,
            self.deliver_again,
            self.rename,
            self.correct,
            self.withdraw,
            self.overlap,
            *(self.change_setting,) * 2,
            self.swap_feeds,
            self.do_nothing,
        )
        self.happened.append("--")
        for happening in self.random.sample(happenings, self.random.randint(1, 3)):
            happening()
        self.configure()

    def deliver(self, most: int = 6) -> None:
        """Deliver some files, of any table and day."""
        for path in self.random.sample(sorted(self.waiting), min(most, len(self.waiting))):
            self.write(path, self.waiting.pop(path))

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
            left = restate(rows[:gone] + rows[gone + 1 :])
            self.write(path.relative_to(self.root).as_posix(), left)

    def withdraw(self) -> None:
        """Take a file away."""
        if path := self.pick():
            self.note("withdraw", path)
            path.unlink()

    def overlap(self) -> None:
        """Deliver a later version of some rows beside the file that they are in."""
        if (path := self.pick(OVERLAPPING)) and (rows := read(path)):
            again = restate(self.random.sample(rows, min(3, len(rows))))
            later = path.with_name(f"later-{path.name}")
            self.write(later.relative_to(self.root).as_posix(), again)

    def change_setting(self) -> None:
        """Change a setting, or the audience."""
        name = self.random.choice([*SETTINGS, "audience"])
        if name == "audience":
            self.audience = self.random.choice(AUDIENCES)
        else:
            self.settings[name] = self.random.choice(SETTINGS[name])
        self.note("set", name, self.settings.get(name, self.audience))

    def swap_feeds(self) -> None:
        """Configure feeds in another order."""
        self.note("swap")
        self.random.shuffle(self.order)

    def do_nothing(self) -> None:
        """A night without anything new."""

    def configure(self) -> None:
        """Write campaigns.toml."""
        sections: dict[str, list[str]] = {}
        for name, value in self.settings.items():
            section, key = name.split(".")
            sections.setdefault(section, []).append(f"{key} = {value}")
        text = "".join(f"[{name}]\n" + "\n".join([*of, ""]) for name, of in sections.items())
        feeds = "".join(
            f'[[feeds]]\ntable = "{table}"\nfiles = "raw/{table}/*"\n' for table in self.order
        )
        (self.root / "campaigns.toml").write_text(text + feeds + self.audience)

    def pick(self, tables: frozenset[str] = frozenset()) -> Path | None:
        """A delivered file, of some tables or of any."""
        files = [
            path
            for path in sorted(self.root.glob("raw/*/*"))
            if (not tables or path.parent.name in tables) and read(path)
        ]
        return self.random.choice(files) if files else None

    def copy(self, path: Path, other: Path) -> None:
        self.note("copy", path, other)
        other.write_bytes(path.read_bytes())

    def write(self, path: str, rows: list[Row]) -> None:
        self.note("write", path, len(rows))
        (self.root / path).write_text("".join(json.dumps(row, default=str) + "\n" for row in rows))

    def note(self, *what: object) -> None:
        self.happened.append(" ".join(str(one) for one in what))


def draw_world(seed: int) -> dict[str, list[Row]]:
    """Every kind of table: messages, people and ads of organizations of their own and in common."""
    tables: dict[str, list[Row]] = {}
    ads = make_world(seed)
    worlds: list[dict[str, list[Row]]] = [
        draw_tables(seed, 3),
        make_people(seed).tables,
        {"ads": ads.ads, "ad_stats": ads.ad_stats, "sessions": ads.sessions, "orders": ads.orders},
        {"page_views": draw_views(Random(seed)), "exchange_rates": RATES},  # noqa: S311
    ]
    for world in worlds:
        for table, rows in world.items():
            tables.setdefault(table, []).extend({"org_id": "views", **row} for row in rows)
    return tables


RATES = [
    {"org_id": org, "currency": currency, "date_day": "2025-11-01", "rate": rate}
    for org in ("a", "b", "views", *(f"org {n}" for n in range(3)))
    for currency, rate in (("USD", "0.9"), ("EUR", "1.2"))
]


def draw_views(random: Random) -> Iterator[Row]:
    """Page views of an organization that delivers no sessions."""
    return iter(
        [
            {
                "page_view_id": f"p{number}",
                "viewed_at": f"2026-01-{random.randrange(10, 30)}T10:07:00Z",
                "anonymous_id": f"d{random.randrange(5)}",
                "contact_id": random.choice([None, None, "1", "2"]),
                "url": random.choice(
                    ["https://x.io/", "https://x.io/?utm_source=google&utm_campaign=partner"]
                ),
                "user_agent": random.choice([None, "Mozilla/5.0", "Googlebot/2.1"]),
            }
            for number in range(40)
        ]
    )


def cut(random: Random, rows: list[Row]) -> list[list[Row]]:
    """Rows cut into files, in any order."""
    mixed = random.sample(rows, len(rows))
    step = len(mixed) // CUTS + 1
    return [mixed[at : at + step] for at in range(0, len(mixed), step)]


def read(path: Path) -> list[Row]:
    """The rows of a delivered file."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def restate(rows: list[Row]) -> list[Row]:
    """The same rows in a later version, where the table has versions, with another figure."""
    changed = {"revenue": "7.77", "spend": "3.33", "name": "Another name", "rate": "1.05"}
    return [
        {**row, "updated_at": "2026-06-01T00:00:00Z"}
        | {name: value for name, value in changed.items() if name in row}
        for row in rows
    ]
