"""A sealed record is believed as it was written, byte for byte, and in no other form."""

import json
from hashlib import sha256

import pytest
from pydantic import BaseModel

from flows.storage.sealed_files import seal, unseal


class Parcel(BaseModel):
    name: str
    weights: list[int]


PARCEL = Parcel(name='Zoë, "own_sha256": "x"', weights=[3, 5])


def test_a_record_comes_back_as_it_was() -> None:
    assert unseal(Parcel, seal(PARCEL).encode()) == PARCEL


def test_the_seal_is_the_hash_of_the_text_before_it() -> None:
    text = seal(PARCEL)
    before, _, _ = text.rpartition(',\n  "own_sha256"')
    assert json.loads(text)["own_sha256"] == sha256(before.encode()).hexdigest()


def test_no_flipped_byte_is_believed() -> None:
    content = seal(PARCEL).encode()
    for place in range(len(content)):
        flipped = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        with pytest.raises(ValueError, match="hash"):
            unseal(Parcel, flipped)


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b'{\n  "name": "a",\n  "weights": []\n}\n', seal(PARCEL).encode() + b"\n"],
)
def test_what_bears_no_seal_or_goes_on_after_it_is_not_believed(content: bytes) -> None:
    with pytest.raises(ValueError, match="hash"):
        unseal(Parcel, content)
