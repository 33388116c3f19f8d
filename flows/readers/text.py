"""Text files as a stream of UTF-8 blocks."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from flows.readers.compression import GZIP_MAGIC, ZSTD_MAGIC, Content, open_content
from flows.readers.encodings import UTF_8, Utf8Converter, detect_encoding
from flows.readers.raw_batch import FileOptions
from flows.readers.refusal import RefusedFile

HEAD_BYTES = 1 << 22
MAX_RECORD_TEXT_BYTES = 1 << 26

_OTHER_FORMATS = {
    GZIP_MAGIC: "gzip",
    ZSTD_MAGIC: "zstd",
    b"PAR1": "Parquet",
    b"PK\x03\x04": "a zip archive or a spreadsheet",
    b"\xd0\xcf\x11\xe0": "a spreadsheet",
    b"%PDF": "PDF",
    b"ORC": "ORC",
    b"Obj\x01": "Avro",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
}
_NAMED_AS_THEY_ARE = {"gzip", "zstd", "Parquet"}
_MAX_NUL_SHARE = 0.001


class TextFile:
    """A text file whose encoding is known.

    Attributes:
        head: The first HEAD_BYTES of the content, as UTF-8 without a byte order mark.
        content_sha256: Hash of the decompressed content, once all blocks are read.
    """

    def __init__(self, path: Path, options: FileOptions, known_sha256: str = "") -> None:
        """Read a file's head and detect its encoding.

        Raises:
            RefusedFile: The file is not text, not readable, or not in the encoding given.
        """
        self._max_expansion = options.max_expansion
        with self._open(path, hashing=not known_sha256) as content:
            head = content.read(HEAD_BYTES)
            self._sha256_of_head = known_sha256 or content.sha256
        _refuse_other_formats(head)
        self._path = path
        self._encoding, self._mark_bytes, self.notes = detect_encoding(head, options.encoding)
        self._mark = head[: self._mark_bytes]
        self.head_is_all = len(head) < HEAD_BYTES
        self.head = Utf8Converter(self._encoding).convert(
            head[self._mark_bytes :], final=self.head_is_all
        )
        if not self._encoding.startswith("utf-16"):
            _refuse_binary(head)
        self.content_sha256 = known_sha256

    def _open(self, path: Path, *, hashing: bool) -> AbstractContextManager[Content]:
        return open_content(path, hashing=hashing, max_expansion=self._max_expansion)

    def blocks(self, block_bytes: int, first_bytes: int = 0) -> Iterator[tuple[bytes, bool]]:
        """Yield the text from its start as UTF-8, and whether that is the end of the file.

        Args:
            block_bytes: About how long a block is; it ends with a line where that is easily had.
            first_bytes: How long one before them is, in a file of several.
        """
        if self.head_is_all and len(self.head) < block_bytes:
            self.content_sha256 = self._sha256_of_head
            yield self.head, True
            return
        converter = Utf8Converter(self._encoding)
        known = self.content_sha256
        with self._open(self._path, hashing=not known) as content:
            content.read(self._mark_bytes)
            yield converter.convert(content.read(first_bytes), final=False), False
            final = False
            while not final:
                block = content.read_lines(block_bytes)
                final = len(block) < block_bytes
                yield converter.convert(block, final=final), final
            self.content_sha256 = known or content.sha256

    def encode(self, text: bytes) -> bytes:
        """UTF-8 text in the file's own encoding, with its byte order mark."""
        if self._encoding == UTF_8:
            return self._mark + text
        plain = text.decode(UTF_8, "surrogatepass")
        errors = "surrogatepass" if self._encoding.startswith("utf-16") else "surrogateescape"
        return self._mark + plain.encode(self._encoding, errors)


def check_record_length(carried: bytes) -> None:
    """Refuse a file with a record so long that it would not fit into memory.

    Raises:
        RefusedFile: The carried part of a record is longer than MAX_RECORD_TEXT_BYTES.
    """
    if len(carried) > MAX_RECORD_TEXT_BYTES:
        msg = f"a record is longer than {MAX_RECORD_TEXT_BYTES >> 20} MiB"
        raise RefusedFile(msg, "check that the file has line ends and is of the format it says")


def _refuse_other_formats(head: bytes) -> None:
    for magic, name in _OTHER_FORMATS.items():
        if head.startswith(magic):
            msg = f"the content is {name}, not text as the file's name says"
            if name in _NAMED_AS_THEY_ARE:
                raise RefusedFile(msg, "name the file as what it is, or deliver text")
            raise RefusedFile(msg, "unpack the archive, or save the table as CSV")


def _refuse_binary(head: bytes) -> None:
    first_end = (head.find(b"\n") + 1) or len(head)
    if head.count(b"\0", 0, first_end) or head.count(b"\0") > len(head) * _MAX_NUL_SHARE + 1:
        msg = "the content is binary, not text as the file's name says"
        raise RefusedFile(msg, "name the file as what it is, or deliver text")
