"""Which format a file is in: its name is the hint, its content has to agree."""

import json
import re
from itertools import islice
from pathlib import Path
from typing import NoReturn

from flows.readers.compression import compression_of
from flows.readers.refusal import RefusedFile

CSV, JSON_LINES, JSON_ARRAY, PARQUET = "csv", "json lines", "json array", "parquet"
_TABLES = {".csv", ".tsv", ".txt"}
_LINES = {".jsonl", ".ndjson"}
_SAMPLE_LINES = 100
_LINE = re.compile(rb"[^\r\n]+")
_PAGE = re.compile(rb"<(?:!doctype|html|\?xml)\b", re.IGNORECASE)


def extension_of(path: Path) -> str:
    """Return a file's extension in lower case, that of a compression left off."""
    plain = path.with_suffix("") if compression_of(path) else path
    return plain.suffix.lower()


def is_known_extension(extension: str) -> bool:
    """Tell whether an extension, without that of a compression, names a format."""
    return extension in _TABLES | _LINES | {".json", ".parquet", ".pq"}


def detect_text_format(extension: str, head: bytes, *, whole: bool) -> str:
    """Return the format of a text.

    Args:
        extension: The file's extension in lower case; one that is unknown says nothing.

    Raises:
        RefusedFile: The content is not in the format that the extension says.
    """
    content = head.lstrip()
    if _PAGE.match(content):
        msg = "the content is a page for a browser or XML, perhaps of a login or an error"
        raise RefusedFile(msg, "fetch the file again and look at what comes")
    every = (found[0] for found in _LINE.finditer(content))
    lines = list(islice((line for line in every if line.strip()), _SAMPLE_LINES))
    if extension in _TABLES:
        if lines and _is_json(lines[0]):
            _refuse("a text table", "a header line and rows, or name it .jsonl or .json")
        return CSV
    if extension in _LINES:
        is_spread = bool(lines) and lines[0].rstrip().endswith((b"[", b"{"))
        if is_spread or (lines and not any(map(_is_object, lines))):
            _refuse("JSON Lines", "one JSON object a line (arrays are named .json)")
        return JSON_LINES
    if content.startswith(b"["):
        return JSON_ARRAY
    if extension != ".json":
        return JSON_LINES if any(map(_is_object, lines)) else CSV
    if whole and _wraps_rows(content):
        msg = "the content is one JSON object around an array"
        raise RefusedFile(msg, "deliver the array itself, or one object a line")
    if lines and not any(map(_is_object, lines)):
        _refuse("a JSON array of objects or JSON Lines", "one of these")
    return JSON_LINES


def _refuse(said: str, wanted: str) -> NoReturn:
    msg = f"the content is not {said}, though its name says so"
    raise RefusedFile(msg, f"deliver {wanted}")


def _is_json(line: bytes) -> bool:
    return _is_object(line) or (line.startswith(b"[") and line[1:].lstrip()[:1] in (b"{", b""))


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _wraps_rows(content: bytes) -> bool:
    """Whether a text is one object, on one line or several, of which one member is the rows."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return False
    members = found.values() if isinstance(found, dict) else ()
    arrays = [value for value in members if isinstance(value, list)]
    return len(arrays) == 1 and bool(arrays[0]) and all(isinstance(r, dict) for r in arrays[0])
