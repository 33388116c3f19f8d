"""The decompressed content of a file, hashed as it is read."""

import hashlib
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from os import SEEK_END
from pathlib import Path
from typing import BinaryIO, Protocol

import pyarrow as pa

from flows.readers.refusal import RefusedFile, require_small_expansion

COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}
"""Ending of a compressed file's name -> how it is compressed."""
GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
COMPRESSED_BLOCK_BYTES = 1 << 20
MAX_EXPANSION = 1000
"""How many times its own size a compressed file's content may have, unless it is said otherwise."""


LOOK_AHEAD_BYTES = 1 << 16
"""How far a line end is looked for."""


class _Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _PlainSource:
    """A file's own bytes; no more are asked for than it has, since room is made for what is."""

    def __init__(self, file: BinaryIO, file_bytes: int) -> None:
        self._file = file
        self._left = file_bytes

    def read(self, size: int, /) -> bytes:
        content = self._file.read(min(size, max(self._left, 1)))
        self._left -= len(content)
        return content

    def count_to_line_end(self, size: int) -> int:
        """How many bytes end with a line; `size` where none ends soon after so many."""
        here = self._file.tell()
        self._file.seek(here + size)
        ahead = self._file.read(min(size, LOOK_AHEAD_BYTES))
        self._file.seek(here)
        return size + ahead.find(b"\n") + 1


class _GzipSource:
    """Every member of a gzip file, one after another."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._member = zlib.decompressobj(wbits=31)
        self._pending = b""
        self._between_members = False

    def read(self, size: int, /) -> bytes:
        while True:
            compressed = self._pending or self._file.read(COMPRESSED_BLOCK_BYTES)
            if self._between_members:
                compressed = compressed.lstrip(b"\0")
                if compressed:
                    self._member = zlib.decompressobj(wbits=31)
                    self._between_members = False
                elif not self._pending:
                    return b""
                else:
                    self._pending = b""
                    continue
            elif not compressed:
                raise EOFError
            content = self._member.decompress(compressed, size)
            self._pending = self._member.unconsumed_tail
            if self._member.eof:
                self._pending = self._member.unused_data
                self._between_members = True
            if content:
                return content


class Content:
    """The decompressed bytes of one file.

    Attributes:
        sha256: Hash of the content, complete once `read` has returned nothing; of nothing where
            the content is not to be hashed.
    """

    def __init__(
        self, source: _Source, name: str, *, hashing: bool, file_bytes: int, max_expansion: int
    ) -> None:
        """Read from a source; the name is for messages.

        Args:
            source: The decompressed bytes.
            name: How they are compressed.
            hashing: Whether they are hashed as they are read.
            file_bytes: The size of the file that holds them.
            max_expansion: How many times that size they may have.
        """
        self._file_bytes = file_bytes
        self._max_expansion = max_expansion
        self._bytes_read = 0
        self._hashing = hashing
        self._source = source
        self._name = name
        self._hash = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The hexadecimal hash of everything read so far."""
        return self._hash.hexdigest()

    def read_lines(self, size: int) -> bytes:
        """Return `size` bytes and what ends a line, where a file's own bytes are the content.

        A block that ends with a line is read as it lies: nothing is carried over to the next.

        Raises:
            RefusedFile: The compressed data is damaged or ends too early.
        """
        is_plain = isinstance(self._source, _PlainSource)
        return self.read(self._source.count_to_line_end(size) if is_plain else size)

    def read(self, size: int) -> bytes:
        """Return exactly `size` bytes, or all that are left.

        Raises:
            RefusedFile: The compressed data is damaged or ends too early.
        """
        pieces = []
        while size > 0:
            try:
                piece = self._source.read(size)
            except EOFError:
                raise _truncated(self._name) from None
            except (OSError, zlib.error) as error:
                if "truncated" in str(error).lower():
                    raise _truncated(self._name) from None
                msg = "the compressed data is damaged or the file cannot be read"
                raise RefusedFile(msg, "deliver the file again") from None
            if not piece:
                break
            pieces.append(piece)
            size -= len(piece)
            self._bytes_read += len(piece)
            require_small_expansion(self._bytes_read, self._file_bytes, self._max_expansion)
        content = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        if self._hashing:
            self._hash.update(content)
        return content


def open_file(path: Path) -> BinaryIO:
    """Open a file's own bytes.

    Raises:
        RefusedFile: The file cannot be opened.
    """
    try:
        return path.open("rb", buffering=0)
    except OSError as error:
        msg = f"the file cannot be opened ({error.strerror})"
        raise RefusedFile(msg, "check the path and its permissions") from None


def _truncated(name: str) -> RefusedFile:
    return RefusedFile(f"the compressed file is truncated ({name})", "deliver the file again")


def compression_of(path: Path) -> str | None:
    """Return "gzip", "zstd" or None, by the last part of the file's name."""
    return COMPRESSIONS.get(path.suffix.lower())


@contextmanager
def open_content(
    path: Path, *, hashing: bool = False, max_expansion: int = MAX_EXPANSION
) -> Generator[Content]:
    """Open a file for reading its decompressed content from the start, hashed if so asked.

    Raises:
        RefusedFile: The file cannot be opened, or is not compressed as its name says.
    """
    compression = compression_of(path)
    with open_file(path) as file:
        magic = file.read(4)
        file_bytes = file.seek(0, SEEK_END)
        file.seek(0)
        build = partial(
            Content, hashing=hashing, file_bytes=file_bytes, max_expansion=max_expansion
        )
        if compression == "gzip":
            _expect(magic.startswith(GZIP_MAGIC), compression, empty=not magic)
            yield build(_GzipSource(file), compression)
        elif compression == "zstd":
            skippable = magic[1:] == b"\x2a\x4d\x18" and magic[0] & 0xF0 == 0x50  # noqa: PLR2004
            _expect(magic == ZSTD_MAGIC or skippable, compression, empty=not magic)
            with pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd") as stream:
                yield build(stream, compression)
        else:
            yield build(_PlainSource(file, file_bytes), "not compressed")


def _expect(holds: bool, compression: str, *, empty: bool) -> None:  # noqa: FBT001
    if empty:
        raise _truncated(compression)
    if not holds:
        msg = f"the file is not {compression} data, though its name says so"
        raise RefusedFile(msg, "compress it, or name it as what it is")
