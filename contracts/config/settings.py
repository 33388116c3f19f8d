"""The settings of campaigns.toml as they stand in the data dictionary, made from their models."""

from collections.abc import Iterator
from typing import cast, get_args

from pydantic.fields import FieldInfo

from contracts.config.setting_types import Section
from contracts.config.toml_values import write_toml
from contracts.config.workspace import Workspace

HEADER = ("| setting | default | example | what it says |", "|---|---|---|---|")


def list_sections() -> dict[str, type[Section]]:
    """Each section of campaigns.toml as it is written there, and its model."""
    sections: dict[str, type[Section]] = {}
    for name, field in Workspace.model_fields.items():
        several = get_args(field.annotation)
        model = several[0] if several else field.annotation
        sections[f"[[{name}]]" if several else f"[{name}]"] = cast("type[Section]", model)
    return sections


def render_settings() -> Iterator[str]:
    """Each section as a heading, a sentence and a table of its settings, as Markdown."""
    for title, model in list_sections().items():
        sentence = (model.__doc__ or "").splitlines()[0].partition(": ")[2]
        yield f"### {title}\n\n{sentence[:1].upper()}{sentence[1:]}\n"
        yield from HEADER
        for name, field in model.model_fields.items():
            default, example = _write_default(field), _quote(field.examples)
            yield f"| {field.alias or name} | {default} | {example} | {field.description} |"
        yield ""


def _write_default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    return "" if field.default in (None, (), {}) else f"`{write_toml(field.default)}`"


def _quote(examples: list[object] | None) -> str:
    return f"`{write_toml(examples[0])}`" if examples else ""
