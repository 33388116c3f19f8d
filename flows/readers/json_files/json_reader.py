"""JSON Lines and arrays of JSON objects, every value as text."""

from collections.abc import Iterator

import polars as pl

from flows.readers.header import ROW_NUMBER, name_columns
from flows.readers.json_files.json_array import array_to_lines
from flows.readers.json_files.json_shapes import LINE, PLACE, Shape
from flows.readers.json_files.json_values import (
    DECODER,
    NotJsonError,
    Spelling,
    compact,
    to_text,
    value_at,
)
from flows.readers.raw_batch import BrokenRecords, FileOptions, RawBatch, nullify
from flows.readers.refusal import require_few_columns
from flows.readers.text import TextFile, check_record_length

NOT_AN_OBJECT = "not a JSON object"
BAD_JSON = "not valid JSON"
NOT_TEXT = "bytes that are not text in the file's encoding"

_BLANKS = b" \t\r\n"
_HEAD_BYTES = 1 << 18
_MAX_SHAPES = 16
_NEW_SHAPES_A_BATCH = 6
# Fewer lines than this are read one by one sooner than a pattern for them is made.
_WORTH_A_SHAPE = 32


class JsonLinesReader:
    """One JSON object a line; a line that is none is broken alone, a blank one no record.

    Attributes:
        header: The keys of the first records, in the order of their appearance.
        is_empty: Whether there is no record.
        notes: What was detected or renamed.
    """

    has_fixed_columns = False

    def __init__(self, text: TextFile, options: FileOptions, batch_bytes: int) -> None:
        """Look at the first records of a text.

        Raises:
            RefusedFile: The text is not in this form.
        """
        self._text = text
        self._options = options
        self._batch_bytes = batch_bytes
        self._shapes: list[Shape] = []
        self._keys: dict[str, None] = {}
        head_is_all = text.head_is_all and len(text.head) <= _HEAD_BYTES
        start = text.head if head_is_all else text.head[:_HEAD_BYTES]
        first = next(self._read(iter([(start, head_is_all)])), None)
        if first is None and not head_is_all:
            first = next(self._read(iter([(text.head, text.head_is_all)])), None)
        self.header = name_columns(list(self._keys))
        self.preamble: tuple[str, ...] = ()
        self.is_empty = first is None and text.head_is_all
        self.notes = [*text.notes, *self.header.notes]

    @property
    def content_sha256(self) -> str:
        """Hash of the decompressed content, once the batches are exhausted."""
        return self._text.content_sha256

    def batches(self) -> Iterator[RawBatch]:
        """Yield every record in order; a batch has all columns seen up to it."""
        yield from self._read(self._text.blocks(self._batch_bytes))

    def _lines(self, blocks: Iterator[tuple[bytes, bool]]) -> Iterator[tuple[bytes, bool]]:
        return blocks

    def _read(self, blocks: Iterator[tuple[bytes, bool]]) -> Iterator[RawBatch]:
        carry = b""
        before = 0
        for block, final in self._lines(blocks):
            text = carry + block if carry else block
            end = len(text) if final else max(text.rfind(b"\n"), text.rfind(b"\r", 0, -1)) + 1
            carry = text[end:]
            check_record_length(carry)
            batch = self._read_window(text[:end], before)
            before += batch.height
            if batch.height:
                yield batch

    def _read_window(self, window: bytes, before: int) -> RawBatch:
        parts: list[pl.DataFrame] = []
        lines = _to_frame(window, before)
        if lines is None:
            sources = [line for line in window.splitlines() if line.strip(_BLANKS)]
            numbered = list(enumerate(sources, start=before + 1))
        else:
            rest = self._split_by_shape(lines, parts)
            numbered = [(number, line.encode()) for number, line in rest.iter_rows()]
        broken = BrokenRecords()
        parts.append(self._read_one_by_one(numbered, broken))
        parts = [part for part in parts if part.height] or parts[-1:]
        rows = parts[0] if len(parts) == 1 else pl.concat(parts, how="diagonal").sort(PLACE)
        self._keys.update(dict.fromkeys(key for key in rows.columns if key != PLACE))
        require_few_columns(len(self._keys), self._options.max_columns)
        names = name_columns(list(self._keys)).columns
        rows = rows.select(
            pl.col(PLACE).alias(ROW_NUMBER),
            *(
                pl.col(key).alias(name)
                if key in rows.columns
                else pl.lit(None, pl.String).alias(name)
                for key, name in zip(self._keys, names, strict=True)
            ),
        )
        return RawBatch(nullify(rows, self._options), broken.to_frame())

    def _split_by_shape(self, lines: pl.DataFrame, parts: list[pl.DataFrame]) -> pl.DataFrame:
        """Add the lines of known and new shapes to the parts, and return the others."""
        shapes = iter(list(self._shapes))
        new_shapes = 0
        while lines.height >= _WORTH_A_SHAPE:
            shape = next(shapes, None)
            if shape is None:
                if new_shapes == _NEW_SHAPES_A_BATCH or len(self._shapes) == _MAX_SHAPES:
                    break
                new_shapes += 1
                shape = self._learn_shape(lines[new_shapes - 1, LINE])
            if shape is not None:
                part, lines = shape.split(lines)
                parts.append(part)
        return lines

    def _learn_shape(self, line: str) -> Shape | None:
        try:
            example = DECODER.decode(line)
        except (ValueError, RecursionError):
            return None
        if not isinstance(example, dict) or not example:
            return None
        shape = Shape(example, sorted(self._options.flatten), self._spelling_of)
        self._shapes.append(shape)
        return shape

    def _spelling_of(self, key: str) -> Spelling:
        """How numbers are written that stand under a key.

        Its texts may have a decimal comma: then `1.234`, which is a number, is not a thousand.
        """
        name = key.strip().casefold()
        decimal = "," if name in self._options.comma_columns else "."
        return Spelling(decimal, name in self._options.id_columns)

    def _read_one_by_one(
        self, lines: list[tuple[int, bytes]], broken: BrokenRecords
    ) -> pl.DataFrame:
        numbers, records = [], []
        for number, line in lines:
            record, reason = _decode(line)
            if record is None:
                broken.add(number, reason, {"line": line.decode(errors="replace")})
                continue
            for path in sorted(self._options.flatten - record.keys()):
                value = value_at(record, path)
                if value is not None:
                    record[path] = value
            numbers.append(number)
            records.append(record)
        keys = dict.fromkeys(key for record in records for key in record)
        cells = [
            pl.Series(
                key, [to_text(one.get(key), self._spelling_of(key)) for one in records], pl.String
            )
            for key in keys
        ]
        return pl.DataFrame([pl.Series(PLACE, numbers, pl.UInt32), *cells])


class JsonArrayReader(JsonLinesReader):
    """An array of JSON objects; an element that is none is broken alone."""

    def _lines(self, blocks: Iterator[tuple[bytes, bool]]) -> Iterator[tuple[bytes, bool]]:
        return array_to_lines(blocks)


def _to_frame(window: bytes, before: int) -> pl.DataFrame | None:
    """Return the lines that are not blank under their numbers, None if Polars cannot cut them."""
    if window.count(b"\r") != window.count(b"\r\n"):
        return None
    try:
        lines = pl.read_csv(
            window,
            has_header=False,
            separator="\x1f",
            quote_char=None,
            schema={LINE: pl.String},
            glob=False,
        )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None
    is_blank = pl.col(LINE).str.strip_chars(" \t") == ""
    return lines.filter(~is_blank).with_row_index(PLACE, offset=before + 1)


def _decode(line: bytes) -> tuple[dict[str, object] | None, str]:
    """Return a line's object, or None and what is wrong."""
    try:
        source = line.decode()
    except UnicodeDecodeError:
        return None, NOT_TEXT
    try:
        value = DECODER.decode(source)
        if "\\u" in source:
            compact(value).encode()
    except NotJsonError as error:
        return None, str(error)
    except (ValueError, RecursionError):
        return None, BAD_JSON
    return (value, "") if isinstance(value, dict) else (None, NOT_AN_OBJECT)
