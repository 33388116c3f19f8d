"""Records that bear the hash of what they say, so that none is believed which was not written."""

import hashlib
import json
from typing import TypeVar

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)
SEAL = "sha256"


def seal(record: BaseModel) -> str:
    """A record as JSON whose last entry is the hash of the others."""
    said = record.model_dump(mode="json")
    return json.dumps({**said, SEAL: _hash(said)}, indent=2) + "\n"


def unseal(model: type[M], content: bytes) -> M:
    """What a sealed record says.

    Raises:
        ValueError: It is not what was sealed.
    """
    said = json.loads(content)
    if not isinstance(said, dict) or said.pop(SEAL, None) != _hash(said):
        msg = "it does not bear its own hash"
        raise ValueError(msg)
    return model.model_validate(said)


def _hash(said: object) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
