"""Values as campaigns.toml has them."""

import json
import re
from collections.abc import Mapping

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def write_toml(value: object) -> str:
    """A value as TOML: a text, number or truth, a list, or an inline table."""
    if isinstance(value, Mapping):
        pairs = (f"{_write_key(str(key))} = {write_toml(one)}" for key, one in value.items())
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(write_toml, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write_key(key: str) -> str:
    return key if BARE_KEY.fullmatch(key) else write_toml(key)
