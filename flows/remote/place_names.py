"""What folders that stand for other places are called in whatever is told."""

from pathlib import Path

_names: dict[str, str] = {}


def call_place(folder: Path, name: str) -> None:
    """Call a folder by another name from now on."""
    _names[str(folder)] = name


def name_places(text: str) -> str:
    """A text in which a folder that stands for another place is called by that place's name."""
    for folder, name in _names.items():
        text = text.replace(folder, name)
    return text
