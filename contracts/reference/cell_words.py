"""Words that systems write into cells in the place of a value: totals, all of them, nobody."""

import re

TOTAL = re.compile(
    r"\s*(?i:(?:grand |overall |sub-?)?totals?|gesamt(?:summe|ergebnis)?|insgesamt"
    r"|(?:zwischen)?summe|total g[ée]n[ée]ral|total geral|totale(?: complessivo)?|(?:eind)?totaal"
    r"|totalt|suma(?: total)?|razem|итого|合計|总计)\s*:?\s*$"
)
"""A word that names a row of sums and nothing else."""
ALL = (
    *("All", "Alle", "Tous", "Toutes", "Todos", "Todas", "Tutti", "Tutte"),
    *(
        "Total",
        "TOTAL",
        "total",
        "Totals",
        "Grand total",
        "Grand Total",
        "Gesamt",
        "Gesamtergebnis",
    ),
    *("Summe", "Totale", "Totaal"),
)
"""What a pivot table, or a report of days, calls the sums over the names of a column."""
NOBODY = frozenset(
    {
        *("null", "(null)", "none", "(none)", "nil", "nan", "NaN", "na", "n/a", "#n/a"),
        "undefined",
        *("(not set)", "not set", "unknown", "anonymous", "guest", "0", "-1", "-", "--"),
        "00000000-0000-0000-0000-000000000000",
    }
)
"""The id of whom systems do not know; a shop's guests are customer 0."""
