"""Records that bear the hash of what they say, so that none is believed which was not written."""

import hashlib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from flows.storage.workspace_files import PRIVATE_FILE, make_folder, replace_text

M = TypeVar("M", bound=BaseModel)


class OwnRecord(BaseModel):
    """What runs write for those after them: it has its entries and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True)


SEAL = "own_sha256"
BEFORE_SEAL = f',\n  "{SEAL}": "'
END = "\n}"


def seal(record: BaseModel) -> str:
    """A record as JSON whose last entry is the hash of the text before it."""
    said = record.model_dump_json(indent=2).removesuffix(END)
    return f'{said}{BEFORE_SEAL}{_hash(said.encode())}"{END}\n'


def write_sealed(path: Path, record: BaseModel, scratch: Path) -> None:
    """Write a sealed record at once in place of the one before, for its owner alone.

    Args:
        scratch: A folder on the same file system, outside what readers look into.
    """
    make_folder(path.parent)
    replace_text(path, seal(record), scratch)
    path.chmod(PRIVATE_FILE)


def overwrite_sealed(path: Path, record: BaseModel) -> None:
    """Write a sealed record over the one before, which takes no room of a full disk.

    A reader may see it half, and finds that it does not bear its own hash.
    """
    with path.open("r+b") as file:
        file.write(seal(record).encode())
        file.truncate()


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
