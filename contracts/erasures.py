"""Who was erased: what a workspace remembers of them, as salted hashes alone (SPEC §11)."""

import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Iterator
from enum import StrEnum
from urllib.parse import unquote_plus

from pydantic import BaseModel, ConfigDict

ERASED = "erased"
"""The reason for which an erased person's rows are rejected."""


class IdentifierKind(StrEnum):
    """What can tell a person, or what a person did."""

    CONTACT = "contact_id"
    EMAIL = "email"
    PHONE = "phone"
    DEVICE = "anonymous_id"
    SEND = "send_id"
    ORDER = "order_id"


KIND_OF_COLUMN = {str(kind): kind for kind in IdentifierKind} | {"refund_of": IdentifierKind.ORDER}
"""Column -> what it holds: a row that takes an order back names nobody but that order."""

BESIDE_ADDRESSES = tuple(
    kind for kind in IdentifierKind if kind not in (IdentifierKind.EMAIL, IdentifierKind.ORDER)
)
"""What tells a person as a cell by itself; the number of an order may be any number."""

Identifier = tuple[str, str, str]
"""Organization, kind and value."""

ADDRESS = re.compile(r"[\w.%+-]+@[\w-]+(?:\.[\w-]+)+")
PERSON_KEY = re.compile(
    r"(^|_|\b)(id|key|ref|contact|user|customer|profile|recipient|subscriber)", re.IGNORECASE
)
"""A key of free text under which a short id means a person."""

TELLING_LENGTH = 6
"""How long an id must be to tell a person wherever it stands."""
PHONE_DIGITS = 7
BETWEEN_WORDS = re.compile(r"[\s,;|\"']+")
BETWEEN_CELLS = re.compile(r"[,;|\t\r\n\"{}\[\]:]+")
"""What stands between the cells of a record that could not be told apart."""
NO_DIGIT = re.compile(r"\D")
INTERNATIONAL = "00"
"""What `+` before the number of a country is dialled as."""


class Erasures(BaseModel):
    """The identifiers of everybody who was erased, hashed with a salt of the workspace's own."""

    model_config = ConfigDict(frozen=True)

    salt: str
    organizations: frozenset[str] = frozenset()
    hashes: frozenset[str] = frozenset()
    rewritten: frozenset[str] = frozenset()
    """The SHA-256 of raw files as they were written anew without somebody."""

    @classmethod
    def none_yet(cls) -> "Erasures":
        """The start: a fresh salt, and nobody."""
        return cls(salt=secrets.token_hex(16))

    def add(self, identifiers: Iterable[Identifier]) -> "Erasures":
        """The same with more people."""
        found = list(identifiers)
        return Erasures(
            salt=self.salt,
            organizations=self.organizations | {org_id for org_id, _, _ in found},
            hashes=self.hashes | {hashed for one in found for hashed in self._hashes(*one)},
            rewritten=self.rewritten,
        )

    def note_rewritten(self, hashes: Iterable[str]) -> "Erasures":
        """The same with more raw files that were written anew."""
        return self.model_copy(update={"rewritten": self.rewritten.union(hashes)})

    def knows(self, org_id: str | None, kind: str, value: str) -> bool:
        """Whether a value of a column that holds this kind is an erased person's.

        Args:
            org_id: The organization; None where a row does not say it: any counts.
            kind: Of `IdentifierKind`.
            value: The cell.
        """
        organizations = self.organizations if org_id is None else (org_id,)
        return any(
            not self.hashes.isdisjoint(self._hashes(one, kind, value)) for one in organizations
        )

    def mentions(self, org_id: str | None, text: str) -> bool:
        """Whether free text, JSON or a URL bears an erased person's address, number or id."""
        plain = unquote_plus(text) if "%" in text else text
        if any(self.knows(org_id, IdentifierKind.EMAIL, found) for found in ADDRESS.findall(plain)):
            return True
        return any(self._tells(org_id, key, leaf) for key, leaf in _list_leaves(plain))

    def says(
        self, org_id: str | None, record: str, kinds: Iterable[IdentifierKind] = BESIDE_ADDRESSES
    ) -> bool:
        """Whether an unparsed record bears an erased person, be the id ever so short.

        Nothing tells its cells' columns, so that a short id may be another's number.

        Args:
            record: Its text, whatever stands between its cells, or JSON of it.
            kinds: What a cell by itself may be.
        """
        wanted = tuple(kinds)
        leaves = [leaf for _, leaf in _list_leaves(record)]
        cells = {cell for text in (record, *leaves) for cell in BETWEEN_CELLS.split(text)}
        cells.update(leaves)
        return self.mentions(org_id, record) or any(
            self.knows(org_id, kind, cell) for cell in cells for kind in wanted
        )

    def _tells(self, org_id: str | None, key: str, leaf: str) -> bool:
        is_telling = len(leaf) >= TELLING_LENGTH or bool(PERSON_KEY.search(key))
        if is_telling and any(
            self.knows(org_id, kind, leaf)
            for kind in (IdentifierKind.CONTACT, IdentifierKind.DEVICE)
        ):
            return True
        digits = NO_DIGIT.sub("", leaf)
        return len(digits) >= PHONE_DIGITS and self.knows(org_id, IdentifierKind.PHONE, leaf)

    def _hashes(self, org_id: str, kind: str, value: str) -> list[str]:
        key = bytes.fromhex(self.salt)
        told = [f"{org_id}\0{kind}\0{one}".encode() for one in list_spellings(kind, value)]
        return [hashlib.blake2b(one, key=key, digest_size=16).hexdigest() for one in told]


def list_spellings(kind: str, value: str) -> list[str]:
    """What an identifier comes to however it is written; nothing where it tells nobody.

    Two values mean one person if they have one of these in common. An address without `@` and a
    number without a digit but 0 stand where nothing is known, for anybody.

    Args:
        kind: Of `IdentifierKind`.
        value: As a row has it.
    """
    plain = value.strip()
    match kind:
        case IdentifierKind.EMAIL:
            return [plain.casefold()] if "@" in plain else []
        case IdentifierKind.PHONE:
            digits = NO_DIGIT.sub("", plain)
            abroad = digits.removeprefix(INTERNATIONAL)
            return sorted({digits, abroad}) if digits.strip("0") else []
    return [plain]


def _list_leaves(text: str) -> Iterator[tuple[str, str]]:
    """The values of JSON or of a query with their keys; of other text, its words."""
    if text[:1] in "{[":
        try:
            yield from _walk("", json.loads(text))
        except ValueError:
            pass
        else:
            return
    if "=" in text:
        for pair in re.split(r"[?&#;]", text):
            key, _, value = pair.partition("=")
            yield key, value
    for word in BETWEEN_WORDS.split(text):
        yield "", word


def _walk(key: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _walk(str(name), inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(key, inner)
    elif value is not None:
        yield key, str(value)
        if len(words := BETWEEN_WORDS.split(str(value))) > 1:
            yield from (("", word) for word in words)
