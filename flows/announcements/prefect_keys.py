"""Names as Prefect's keys take them."""

import re
import unicodedata


def in_key(name: str, keep: str = "") -> str:
    """A name as a part of a key: lower-case letters, digits and dashes, and what is to be kept.

    Letters with marks lose them; a name with nothing left is `workspace`.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(rf"[^a-z0-9{re.escape(keep)}]+", "-", plain).strip("-") or "workspace"


def name_artifact(workspace: str, what: str) -> str:
    """The key of a workspace's artifact: `campaign-reports-shop-summary`.

    Args:
        workspace: The name of the workspace's folder.
        what: What the artifact shows.
    """
    return f"campaign-reports-{in_key(workspace)}-{what}"
