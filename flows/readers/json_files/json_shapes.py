"""The fast reading of JSON Lines: whole lines against the pattern of objects seen before.

Lines of one writer mostly have the same keys in the same order. A pattern made from those keys,
with the grammar of JSON between them, proves a line valid and cuts it into its values, whose text
stays as it is in the source. What no pattern fits is left to be read one by one.
"""

import re
from collections.abc import Callable, Iterable
from json.encoder import encode_basestring

import polars as pl

from flows.readers.json_files.json_values import DECODER, Spelling, compact, to_text, value_at

# Small enough for the regex engine's quickest way to capture: escapes are checked afterwards.
_STRING = r'"(?:[^"\\\x00-\x1f]|\\[^\x00-\x1f])*"'
_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_FRACTION = r"^-?[0-9]+[.eE]"
_PLAIN = rf"{_STRING}|{_NUMBER}|true|false|null"
_FLAT = rf'[{{\[](?:[^"\\{{}}\[\]\x00-\x1f]|{_STRING})*[}}\]]'
_NESTED = rf'[{{\[](?:[^"\\{{}}\[\]\x00-\x1f]|{_STRING}|{_FLAT})*[}}\]]'
_GAP = r"[ \t]*"
# That way ends at 16 groups; the last one takes the rest of the line.
_KEYS_AT_ONCE = 15
# Names that no sane key has.
LINE, PLACE = "\0line", "\0place"
Spellings = Callable[[str], Spelling]


class Shape:
    """Objects with certain keys in a certain order."""

    def __init__(
        self, example: dict[str, object], flatten: Iterable[str], spellings: Spellings
    ) -> None:
        """Make the pattern of objects like the example.

        Args:
            example: A decoded object; those keys whose values are nested in it may be so.
            flatten: Dotted paths into nested values that become columns.
            spellings: How the numbers of a column are written.
        """
        self._spellings = spellings
        self._keys = tuple(example)
        self._nested = {key for key, value in example.items() if isinstance(value, dict | list)}
        self._paths = {
            key: [path for path in flatten if path.startswith(f"{key}.") and path not in example]
            for key in self._nested
        }
        members = [self._member(key) for key in self._keys]
        self._patterns = []
        for start in range(0, len(members), _KEYS_AT_ONCE):
            part = rf"{_GAP},{_GAP}".join(members[start : start + _KEYS_AT_ONCE])
            opening = rf"^{_GAP}\{{{_GAP}" if start == 0 else "^"
            is_last = start + _KEYS_AT_ONCE >= len(members)
            ending = rf"{_GAP}\}}{_GAP}$" if is_last else rf"{_GAP},{_GAP}(.*)$"
            self._patterns.append(opening + part + ending)

    def _member(self, key: str) -> str:
        value = rf"{_PLAIN}|{_NESTED}" if key in self._nested else _PLAIN
        return rf"{_escape(encode_basestring(key))}{_GAP}:{_GAP}({value})"

    def split(self, lines: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the lines of this shape as their cells, and the other lines.

        Args:
            lines: PLACE and LINE.
        """
        parts = [lines.select(PLACE)]
        rest = lines.get_column(LINE)
        for start, pattern in zip(
            range(0, len(self._keys), _KEYS_AT_ONCE), self._patterns, strict=True
        ):
            names = self._keys[start : start + _KEYS_AT_ONCE]
            groups = rest.str.extract_groups(pattern).struct.unnest()
            rest = groups.to_series(-1)
            renamed = dict(zip(groups.columns[: len(names)], names, strict=True))
            parts.append(groups.select(list(renamed)).rename(renamed))
        fits = rest.is_not_null()
        tokens = pl.concat(parts, how="horizontal")
        if fits.all():
            others = lines.clear()
        else:
            tokens, others = tokens.filter(fits), lines.filter(~fits)
        try:
            return self._finish(tokens), others
        except ValueError:
            valid = pl.Series([self._is_valid(row) for row in tokens.iter_rows()], dtype=pl.Boolean)
            good = tokens.filter(valid)
            places = good.get_column(PLACE).implode()
            return self._finish(good), lines.filter(~pl.col(PLACE).is_in(places))

    def _is_valid(self, row: tuple[str, ...]) -> bool:
        try:
            for token in row[1:]:
                _decode_all([token])
        except ValueError:
            return False
        return True

    def _finish(self, tokens: pl.DataFrame) -> pl.DataFrame:
        """Turn JSON tokens into cells.

        Raises:
            ValueError: A token is no JSON or stands for half a character.
        """
        columns = [tokens.get_column(PLACE)]
        for key in self._keys:
            column = tokens.get_column(key)
            cells = _to_cells(column, self._spellings(key))
            if key not in self._nested:
                columns.append(cells)
                continue
            values = _decode_all(column.to_list())
            columns.append(_compact_nested(column, cells))
            for path in self._paths[key]:
                spelling = self._spellings(path)
                found = [to_text(value_at({key: value}, path), spelling) for value in values]
                columns.append(pl.Series(path, found, pl.String))
        return pl.DataFrame(columns)


def _decode_all(tokens: Iterable[str]) -> list[object]:
    """Decode tokens in one go: with strings and brackets closed, each is valid if all are."""
    source = f"[{','.join(tokens)}]"
    values = DECODER.decode(source)
    if "\\u" in source:
        compact(values).encode()
    return values


def _to_cells(tokens: pl.Series, spelling: Spelling) -> pl.Series:
    """Return the text of JSON tokens; null and empty text become null."""
    token = pl.col(tokens.name)
    text = token.str.strip_prefix('"').str.strip_suffix('"')
    is_filled = ~token.is_in(["null", '""'])
    cells = tokens.to_frame().select(pl.when(is_filled).then(text).alias(tokens.name)).to_series()
    if not spelling.is_plain and (fractions := tokens.str.contains(_FRACTION)).any():
        written = map(spelling.write, tokens.filter(fractions))
        cells = cells.scatter(fractions.arg_true(), pl.Series(written, dtype=pl.String))
    escaped = tokens.str.contains("\\", literal=True)
    if not escaped.any():
        return cells
    decoded = list(map(to_text, _decode_all(tokens.filter(escaped))))
    return cells.scatter(escaped.arg_true(), pl.Series(decoded, dtype=pl.String))


def _compact_nested(tokens: pl.Series, cells: pl.Series) -> pl.Series:
    """Return the cells with the blanks taken out of nested values, those within strings kept."""
    token, cell = pl.col("raw"), pl.col("cell")
    is_nested = token.str.contains(r"^[{\[]") & ~token.str.contains("\\", literal=True)
    compacted = token.str.replace_all(rf"({_STRING})|[ \t]+", "${1}")
    return (
        pl.DataFrame({"raw": tokens, "cell": cells})
        .select(pl.when(is_nested).then(compacted).otherwise(cell).alias(tokens.name))
        .to_series()
    )


def _escape(literal: str) -> str:
    return re.sub(r"[.^$*+?()\[\]{}|\\#&~-]", r"\\\g<0>", literal)
