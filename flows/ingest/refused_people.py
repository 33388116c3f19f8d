"""Refusing the rows of people who were erased, as files are read."""

from collections.abc import Container
from dataclasses import dataclass

import polars as pl

from contracts.erasures import ERASED, KIND_OF_COLUMN, Erasures, IdentifierKind
from contracts.quarantine import Quarantine
from flows.readers import ROW_NUMBER
from transforms.common.erased_rows import bears_erased, is_erased, says_erased
from transforms.web.utm import read_parameters

ABOUT_A_PERSON = frozenset({"contacts", "list_members"})
"""Tables whose rows are nothing without their person."""

PERSONAL = [
    IdentifierKind.CONTACT,
    IdentifierKind.EMAIL,
    IdentifierKind.DEVICE,
    "attributes",
    "url",
    "referrer",
]
"""What a fact is kept without where aggregates are kept."""

LANDING_URL = "landing_url"
REASON = "reason"


@dataclass(frozen=True)
class Erasing:
    """What becomes of the rows of people who were erased.

    Attributes:
        erasures: Who was erased; None for nobody.
        keeps_facts: Whether facts are kept without any id, rather than refused.
    """

    erasures: Erasures | None = None
    keeps_facts: bool = False

    def find_refused(self, parsed: pl.DataFrame, table: str) -> pl.DataFrame:
        """The organization and number of each row that is refused."""
        names = [Quarantine.org_id, ROW_NUMBER]
        if self.erasures is None or (self.keeps_facts and table not in ABOUT_A_PERSON):
            return parsed.select(names).clear()
        return parsed.filter(is_erased(parsed.schema, self.erasures)).select(names)

    def find_forgotten(self, valid: pl.DataFrame, table: str) -> pl.Series:
        """Whether each row is a fact of an erased person that is kept without any id."""
        if self.erasures is None or not self.keeps_facts or table in ABOUT_A_PERSON:
            return pl.repeat(value=False, n=valid.height, dtype=pl.Boolean, eager=True)
        return valid.select(erased=is_erased(valid.schema, self.erasures)).to_series()

    def forget_ids(
        self, valid: pl.DataFrame, erased: pl.Series, needed: Container[str] = ()
    ) -> pl.DataFrame:
        """Facts of erased people without what tells the person.

        Of the page on which a visit began its utm values and click ids stay, so that it stays the
        visit of its ad.

        Args:
            valid: Rows of a table.
            erased: Whether each is a fact of an erased person.
            needed: Columns that are never empty: a text that bears the person says so there.
        """
        if self.erasures is None or not erased.any():
            return valid
        gone = {name: pl.lit(None) for name in PERSONAL}
        gone[LANDING_URL] = read_parameters(pl.col(LANDING_URL))
        bare = valid.with_columns(
            pl.when(erased).then(kept).otherwise(name).alias(name)
            for name, kept in gone.items()
            if name in valid.columns
        )
        return bare.with_columns(
            pl.when(~(erased & bears))
            .then(name)
            .otherwise(pl.lit(ERASED if name in needed else None, pl.String))
            .alias(name)
            for name, bears in bears_erased(bare.schema, self.erasures).items()
            if name not in KIND_OF_COLUMN
        )

    def hide_rejected(self, rejected: pl.DataFrame, parsed: pl.DataFrame) -> pl.DataFrame:
        """Rejected rows, those of erased people with that as their reason and without their text.

        Where aggregates are kept, too: a row that is rejected gives no fact to keep.

        Args:
            rejected: What quarantine is to show.
            parsed: The same rows, with what was read of them.
        """
        if self.erasures is None:
            return rejected
        bears = parsed.select(ROW_NUMBER, bears=is_erased(parsed.schema, self.erasures))
        erased = pl.col("bears") | is_erased(rejected.schema, self.erasures)
        hidden = rejected.join(
            bears, on=ROW_NUMBER, how="left", validate="1:1", maintain_order="left"
        ).with_columns(
            failed_checks=pl.when(erased).then(pl.lit([ERASED])).otherwise("failed_checks"),
            raw=pl.when(erased).then(pl.lit("{}")).otherwise("raw"),
        )
        return hidden.drop("bears")

    def hide_broken(self, broken: pl.DataFrame) -> pl.DataFrame:
        """Records that could not be read, those that bear an erased person without their text.

        A cell that is a short id may be another's number: such a record keeps its reason.
        """
        if self.erasures is None:
            return broken
        erased = is_erased(broken.select("raw").schema, self.erasures)
        return broken.with_columns(
            pl.when(erased).then(pl.lit(ERASED)).otherwise(REASON).alias(REASON),
            pl.when(erased | says_erased(pl.col("raw"), self.erasures))
            .then(pl.lit("{}"))
            .otherwise("raw")
            .alias("raw"),
        )


NOBODY_ERASED = Erasing()


def show_refused(refused: pl.DataFrame) -> pl.DataFrame:
    """Refused rows as quarantine shows them: with their reason, and nothing of what they said."""
    return refused.select(
        Quarantine.org_id,
        ROW_NUMBER,
        failed_checks=pl.lit([ERASED], pl.List(pl.String)),
        raw=pl.lit("{}"),
    )
