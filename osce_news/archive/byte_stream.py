"""The bytes of a WARC file in order and in bounded memory: those of a plain file, or of a gzip member.

Neither warcio nor FastWARC is used for reading, because their iterators stop at a damaged member or record,
so the pages after it are lost. Both also return a record with a wrong Content-Length as if it were right,
because they don't show what follows it.
"""

from __future__ import annotations

import re
import zlib
from contextlib import suppress
from typing import BinaryIO, Literal

MAGIC = b"WARC/"

_BLOCK = 16 * 1024  # small, because zlib copies the rest of a block after each member
_PIECE = 64 * 1024  # unpacked at a time, so that a decompression bomb can't fill the memory
_OVERLAP = 32  # bytes; no pattern that is searched for matches more
_GZIP = b"\x1f\x8b\x08"


class ByteStream:
    """The bytes of a plain file from an offset on, with lookahead."""

    error: Literal["cut", "damaged"] | None = None  # why no more bytes can be read

    def __init__(self, file: BinaryIO, offset: int = 0) -> None:
        self._file, self._size = file, file.seek(0, 2)
        self.position = offset  # of the next byte

    @property
    def offset(self) -> int:
        """The offset in the file from which the next byte can be read again."""
        return self.position

    def peek(self, size: int, ahead: int = 0) -> bytes:
        """Return the next bytes after `ahead` others without reading them; fewer at the end."""
        begin = min(self.position + ahead, self._size)
        self._file.seek(begin)
        return self._file.read(min(size, self._size - begin))

    def read(self, size: int) -> bytes:
        """Return the next bytes; fewer at the end."""
        data = self.peek(size)
        self.skip(len(data))
        return data

    def skip(self, size: int) -> int:
        """Skip bytes and return how many there were."""
        begin, self.position = self.position, min(self.position + size, self._size)
        return self.position - begin

    def skip_to(self, pattern: re.Pattern[bytes]) -> bool:
        """Skip to the next match; without a match skip everything and return False."""
        while True:
            data = self.peek(_PIECE)
            if match := pattern.search(data):
                self.skip(match.start())
                return True
            if len(data) < _PIECE:
                self.skip(len(data))
                return False
            self.skip(len(data) - _OVERLAP)

    def go_back(self, position: int) -> None:
        """Continue at an earlier position, if the bytes can be read again."""
        self.position = position


class GzipMember(ByteStream):
    """The unpacked bytes of one member of a gzip file; positions in them are counted from 0."""

    def __init__(self, file: BinaryIO, offset: int) -> None:
        super().__init__(file)
        self._offset = offset
        self.end = offset  # of the bytes that were unpacked, in the file
        self._unpack = zlib.decompressobj(31)
        self._buffer = bytearray()
        file.seek(offset)

    @property
    def offset(self) -> int:
        """The offset of the member in the file."""
        return self._offset

    def peek(self, size: int, ahead: int = 0) -> bytes:
        """Return the next bytes after `ahead` others without reading them; fewer at the end."""
        while len(self._buffer) < ahead + size and (piece := self._more()):
            self._buffer += piece
        return bytes(self._buffer[ahead : ahead + size])

    def skip(self, size: int) -> int:
        """Skip bytes and return how many there were."""
        left = size
        while left > 0 and self.peek(1):
            step = min(left, len(self._buffer))
            del self._buffer[:step]
            left -= step
        self.position += size - left
        return size - left

    def go_back(self, position: int) -> None:
        """Do nothing: what was unpacked is not kept."""

    def _more(self) -> bytes:
        """Return the next unpacked bytes; empty at the end."""
        while not (self._unpack.eof or self.error):
            packed = self._unpack.unconsumed_tail or self._file.read(_BLOCK)
            try:
                piece = self._unpack.decompress(packed, _PIECE)
            except zlib.error:
                self.error = "damaged"
                break
            self.end += len(packed) - len(self._unpack.unused_data or self._unpack.unconsumed_tail)
            if piece:
                return piece
            if not (packed or self._unpack.eof):
                self.error = "cut"
        return b""


def is_gzip(file: BinaryIO) -> bool:
    """Whether the file begins like gzip, even if it is cut."""
    file.seek(0)
    begin = file.read(len(_GZIP))
    return bool(begin) and _GZIP.startswith(begin)


def end_of_damage(file: BinaryIO, member: GzipMember) -> int | None:
    """Return where the file can be read on after a member with an error; None if the file is cut there.

    This is the next member that begins with a WARC record, or the end of the file.
    """
    stream = ByteStream(file, member.offset + 1)
    while stream.skip_to(re.compile(_GZIP)):
        with suppress(zlib.error):
            if zlib.decompressobj(31).decompress(stream.peek(1024), len(MAGIC)) == MAGIC:
                return stream.position
        stream.skip(1)
    # A member ends with its checksum and its length; a file ends in zeros only after a crash.
    end = stream.position
    stream.go_back(max(0, end - 8))
    return end if member.error == "damaged" and any(stream.peek(8)) else None
