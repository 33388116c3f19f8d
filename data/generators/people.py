"""People for the sample workspaces: names of many scripts, addresses at example domains only."""

import unicodedata
from dataclasses import dataclass
from random import Random

FIRST_NAMES = (
    "Ada", "Björn", "Chloé", "Dmitri", "Élodie", "Farid", "Grace", "Hiroshi", "Ines", "João",
    "Katarzyna", "Liam", "María", "Nadia", "Oluwaseun", "Priya", "Quentin", "Rosa", "Søren",
    "Tomáš",
    "Uma", "Víctor", "Wanjiru", "Ximena", "Yusuf", "Zoë",
)  # fmt: skip
LAST_NAMES = (
    "Almeida", "Brandt", "Castillo", "Dubois", "Eriksen", "Fischer", "García", "Hughes", "Ibrahim",
    "Jansen", "Kowalska", "Lefèvre", "Müller", "Nakamura", "O'Connor", "Petrov", "Quispe", "Rossi",
    "Szabó", "Tanaka", "Usman", "van der Berg", "Weiß", "Xu", "Yılmaz", "Zając",
)  # fmt: skip
DOMAINS = ("example.com", "example.org")


@dataclass(frozen=True)
class Person:
    """Somebody who is written to."""

    number: int
    first_name: str
    last_name: str
    email: str
    phone: str


def invent_people(random: Random, count: int, *, first_number: int = 1) -> list[Person]:
    """People with distinct addresses."""
    return [invent_person(random, number) for number in range(first_number, first_number + count)]


def invent_person(random: Random, number: int) -> Person:
    """One person; the number keeps the address distinct."""
    first, last = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
    local = "".join(c for c in f"{plain(first)}.{plain(last)}" if c.isalnum() or c == ".")
    email = f"{local}{number}@{random.choice(DOMAINS)}"
    return Person(number, first, last, email, f"+1555{number:07d}")


def plain(text: str) -> str:
    """A name in small ASCII letters."""
    decomposed = unicodedata.normalize("NFKD", text)
    return decomposed.encode("ascii", "ignore").decode().lower()
