"""Records that bear the hash of what they say, so that none is believed which was not written."""

import hashlib
import json
from typing import TypeVar

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)
SEAL = "own_sha256"


def seal(record: BaseModel) -> str:
    """A record as JSON whose last entry is the hash of the others."""
    return _write(record.model_dump(mode="json"))


def unseal(model: type[M], content: bytes) -> M:
    """What a sealed record says.

    Raises:
        ValueError: It is not, byte for byte, what was sealed.
    """
    said = json.loads(content)
    if not isinstance(said, dict) or SEAL not in said:
        msg = "it bears no hash"
        raise ValueError(msg)
    del said[SEAL]
    if content != _write(said).encode():
        msg = "it does not bear its own hash"
        raise ValueError(msg)
    return model.model_validate(said)


def _write(said: dict[str, object]) -> str:
    return json.dumps({**said, SEAL: _hash(said)}, indent=2) + "\n"


def _hash(said: object) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
