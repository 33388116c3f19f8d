"""What the campaigns.toml of a history says, and how people change it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.support.histories.settings import (
    AUDIENCES,
    MAPPINGS,
    OPTIONS,
    ORGANIZATIONS,
    SETTINGS,
    write_option,
)

MORE = "more "
"""How the second feed of a table is called, before the table."""


@dataclass
class Configuration:
    """The configuration of a workspace as it changes from night to night.

    Attributes:
        root: The workspace.
        random: Draws what happens.
        note: Told what happened.
        feeds: The feeds in their order; each is called as its folder.
        gone: Those of them that are not configured now.
        settings: Setting -> its value as TOML.
        options: Feed -> what it says beyond its files: setting -> its value as TOML.
        mappings: Feed -> how it is read, as the place in `MAPPINGS`.
        folders: Feed -> where its files lie, if not in the folder that it is called after.
        labels: Feed -> how it is called, if not as its folder was at first.
        audience: The audience that is configured.
    """

    root: Path
    random: Random
    note: Callable[..., None]
    feeds: list[str]
    gone: set[str] = field(default_factory=set)
    settings: dict[str, str] = field(
        default_factory=lambda: {name: values[0] for name, values in SETTINGS.items()}
    )
    options: dict[str, dict[str, str]] = field(default_factory=dict)
    mappings: dict[str, int] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    audience: str = ""

    def change_setting(self) -> None:
        """Change a setting, or the audience."""
        name = self.random.choice([*SETTINGS, "audience"])
        if name == "audience":
            self.audience = self.random.choice(AUDIENCES)
        else:
            self.settings[name] = self.random.choice(SETTINGS[name])
        self.note("set", name, self.settings.get(name, self.audience))

    def change_option(self) -> None:
        """Change what a feed says beyond its files."""
        feed = self.random.choice(self.feeds)
        options = OPTIONS.get(feed.removeprefix(MORE), ()) or OPTIONS[""]
        chosen = self.random.choice(options)
        self.options[feed] = {**self.options.get(feed, {}), **chosen}
        self.note("option", feed, chosen)

    def change_organization(self) -> None:
        """Say of a feed that all its rows are another organization's, or its rows' own again."""
        feed = self.random.choice(self.feeds)
        org_id = self.random.choice(ORGANIZATIONS)
        self.options[feed] = {**self.options.get(feed, {}), "constants.org_id": org_id}
        self.note("org_id", feed, org_id)

    def change_mapping(self) -> None:
        """Read a feed through a mapping of the workspace's own, which may read it otherwise."""
        feed = self.random.choice(self.feeds)
        self.mappings[feed] = self.random.randrange(len(MAPPINGS))
        self.note("mapping", feed, self.mappings[feed])

    def rename_feed(self) -> None:
        """Call a feed otherwise."""
        feed = self.random.choice(self.feeds)
        self.labels[feed] = self.random.choice([feed, f"the {feed}", f"a {feed}"])
        self.note("call", feed, self.labels[feed])

    def move_folder(self) -> None:
        """Give the folder of a feed's files another name, which may change their order."""
        feed = self.random.choice(self.feeds)
        old, new = self.folders.get(feed, feed), f"{self.random.choice('a0z')} {feed}"
        if old != new:
            self.note("move", old, new)
            (self.root / "raw" / old).rename(self.root / "raw" / new)
            self.folders[feed] = new

    def remove_rates(self) -> None:
        """Configure no rates, as `leave_a_feed_out` does with any feed."""
        back, self.gone = self.gone, {"exchange_rates"}
        self.note("without rates, again", *back)

    def swap_feeds(self) -> None:
        """Configure feeds in another order."""
        self.note("swap")
        self.random.shuffle(self.feeds)

    def leave_a_feed_out(self) -> None:
        """Configure a feed less, and again the one that was left out before."""
        back, self.gone = self.gone, {self.random.choice(self.feeds)}
        self.note("without", *self.gone - back)
        self.gone -= back

    def write(self) -> None:
        """Write campaigns.toml."""
        sections: dict[str, list[str]] = {}
        for name, value in self.settings.items():
            section, key = name.split(".")
            sections.setdefault(section, []).append(f"{key} = {value}")
        text = "".join(f"[{name}]\n" + "\n".join([*of, ""]) for name, of in sections.items())
        feeds = "".join(self.describe(feed) for feed in self.feeds if feed not in self.gone)
        (self.root / "campaigns.toml").write_text(text + feeds + self.audience)

    def describe(self, feed: str) -> str:
        """A feed as campaigns.toml states it; its mapping is written beside that."""
        table = feed.removeprefix(MORE)
        folder, label = self.folders.get(feed, feed), self.labels.get(feed, feed)
        read_as = f'table = "{table}"'
        if mapping := MAPPINGS[self.mappings.get(feed, 0)](table):
            read_as = f'source = "own.{feed.replace(" ", "_")}"'
            path = self.root / f"sources/own.{feed.replace(' ', '_')}.toml"
            path.parent.mkdir(exist_ok=True)
            path.write_text(mapping)
        options = "".join(
            write_option(name, value) for name, value in self.options.get(feed, {}).items()
        )
        return f'[[feeds]]\nname = "{label}"\n{read_as}\nfiles = "raw/{folder}/*"\n{options}'
