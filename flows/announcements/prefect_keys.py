"""Names as Prefect's keys take them."""

from slugify import slugify

NAMELESS = "workspace"


def in_key(name: str, keep: str = "") -> str:
    """A name as a part of a key: lower-case letters, digits and dashes, and what is to be kept.

    Other scripts are written in Latin letters; a name with nothing left is `workspace`.
    """
    return slugify(name, regex_pattern=rf"[^-a-z0-9{keep}]+") or NAMELESS


def name_artifact(workspace: str, what: str) -> str:
    """The key of a workspace's artifact: `campaign-reports-shop-summary`."""
    return f"campaign-reports-{in_key(workspace)}-{what}"
