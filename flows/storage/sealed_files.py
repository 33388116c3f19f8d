"""Records that bear the hash of what they say, so that none is believed which was not written."""

import hashlib
from typing import TypeVar

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)
SEAL = "own_sha256"
BEFORE_SEAL = f',\n  "{SEAL}": "'
END = "\n}"


def seal(record: BaseModel) -> str:
    """A record as JSON whose last entry is the hash of the text before it."""
    said = record.model_dump_json(indent=2).removesuffix(END)
    return f'{said}{BEFORE_SEAL}{_hash(said.encode())}"{END}\n'


def unseal(model: type[M], content: bytes) -> M:
    """What a sealed record says.

    Raises:
        ValueError: It is not, byte for byte, what was sealed.
    """
    said, _, rest = content.rpartition(BEFORE_SEAL.encode())
    if rest != f'{_hash(said)}"{END}\n'.encode():
        msg = "it does not bear its own hash"
        raise ValueError(msg)
    return model.model_validate_json(said + END.encode())


def _hash(said: bytes) -> str:
    return hashlib.sha256(said).hexdigest()
