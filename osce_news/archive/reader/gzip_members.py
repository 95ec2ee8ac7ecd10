"""The bytes of a WARC in order, unpacked on the way, with memory that does not grow.

warcio's own reader is not used: it gives a cut record out as if it were whole, stops at a file that is one
gzip member, and goes no further behind a damaged member.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO, Literal

_BLOCK = 16 * 1024  # small, for what is behind a member is copied each time
_PIECE = 64 * 1024  # unpacked at a time: a bomb is met piece by piece
_GZIP = b"\x1f\x8b\x08"
MAGIC = b"WARC/"

State = Literal["open", "whole", "cut", "damaged"]


class Stretch:
    """Bytes in a row that hold records: one gzip member, or a whole plain file.

    `offset` is where it begins in the file; `given` is for its reader to say that records came out of it.
    """

    def __init__(self, more: Callable[[], bytes], state: Callable[[], State], offset: int = 0) -> None:
        self.offset = offset
        self.given = False
        self._more, self._state = more, state
        self._held = bytearray()
        self._at = 0
        self._before = 0  # bytes of the stretch before those held

    @property
    def position(self) -> int:
        """How many bytes of the stretch, unpacked, were taken."""
        return self._before + self._at

    @property
    def state(self) -> State:
        """How the stretch ended; "open" while its end was not met."""
        return self._state()

    def peek(self, size: int, ahead: int = 0) -> bytes:
        """Return the next bytes, those `ahead` left out, without taking them; fewer at the end."""
        self._hold(ahead + size)
        start = self._at + ahead
        return bytes(self._held[start : start + size])

    def take(self, size: int) -> bytes:
        """Return the next bytes; fewer at the end."""
        data = self.peek(size)
        self._at += len(data)
        return data

    def skip(self, size: int) -> int:
        """Pass over bytes, and return how many there were."""
        left = size
        while left > 0 and self._hold(1):
            step = min(left, len(self._held) - self._at)
            self._at += step
            left -= step
        return size - left

    def until(self, pattern: re.Pattern[bytes], most: int) -> bytes | None:
        """Return the bytes up to the end of a match within `most` bytes, taken; None if there is none."""
        size = 1024
        while True:
            held = self._hold(size)
            if match := pattern.search(self._held, self._at, min(self._at + most, len(self._held))):
                return self.take(match.end() - self._at)
            if held < size or size >= most:
                return None
            size *= 2

    def seek_to(self, pattern: re.Pattern[bytes], overlap: int) -> bool:
        """Pass over all bytes before the first group of a match; False, at the end, if there is none."""
        while True:
            held = self._hold(_PIECE)
            if match := pattern.search(self._held, self._at):
                self._at = match.start(1)
                return True
            if held < _PIECE:
                self._at += held
                return False
            self._at += max(0, len(self._held) - self._at - overlap)

    def restart(self, position: int) -> None:
        """Forget what is held: the next bytes that come are those at this position."""
        self._held, self._at, self._before = bytearray(), 0, position

    def _hold(self, size: int) -> int:
        """Have so many bytes ready if there are as many; return how many there are, `size` at most."""
        while (held := len(self._held) - self._at) < size:
            piece = self._more()
            if not piece:
                return held
            if self._at > _PIECE:
                del self._held[: self._at]
                self._before += self._at
                self._at = 0
            self._held += piece
        return size


class Members:
    """The members of a gzip file, one after the other; behind a damaged one it goes on with the next.

    `on_gap` is told of bytes that could not be unpacked: the first of them, and where it goes on, which is
    None at the end of the file.
    """

    def __init__(
        self, file: BinaryIO, offset: int = 0, on_gap: Callable[[int, int | None], None] = lambda a, b: None
    ) -> None:
        self._file, self._on_gap = file, on_gap
        self._seek(offset)
        self._unpack = zlib.decompressobj(31)
        self._state: State = "open"

    def __iter__(self) -> Iterator[Stretch]:
        """Yield each member; its end is met when the next is asked for."""
        while self._raw or self._read():
            self._state, self._unpack = "open", zlib.decompressobj(31)
            stretch = Stretch(self._more, lambda: self._state, self.position)
            yield stretch
            while self._state == "open":
                self._more()
            if self._state != "whole":
                self._go_on(stretch)

    def _go_on(self, stretch: Stretch) -> None:
        # What came out of a member before its fault is good.
        first = self.position if stretch.given else stretch.offset
        following = _next_member(self._file, stretch.offset + 1)
        self._on_gap(first, following)
        self._seek(self._file.seek(0, 2) if following is None else following)

    def _seek(self, offset: int) -> None:
        self._file.seek(offset)
        self._raw, self.position = b"", offset

    def _read(self) -> bytes:
        self._raw = self._file.read(_BLOCK)
        return self._raw

    def _more(self) -> bytes:
        """Return the next unpacked bytes of the member; none at its end."""
        while self._state == "open":
            at_end = not self._raw and not self._read()
            try:
                piece = self._unpack.decompress(self._raw, _PIECE)
            except zlib.error:
                self._state = "damaged"
                break
            rest = self._unpack.unused_data if self._unpack.eof else self._unpack.unconsumed_tail
            self.position += len(self._raw) - len(rest)
            self._raw = rest
            if self._unpack.eof:
                self._state = "whole"
            elif at_end and not piece:
                self._state = "cut"
            if piece:
                return piece
        return b""


def is_gzip(file: BinaryIO) -> bool:
    """Whether the file begins like a gzip file, a cut one too; leaves the file at its beginning."""
    file.seek(0)
    begin = file.read(len(_GZIP))
    file.seek(0)
    return bool(begin) and _GZIP.startswith(begin)


def plain(file: BinaryIO, offset: int = 0) -> Stretch:
    """Return the bytes of a file that is not packed, from an offset on."""
    file.seek(offset)
    ended = False

    def more() -> bytes:
        nonlocal ended
        piece = file.read(_PIECE)
        ended = not piece
        return piece

    stretch = Stretch(more, lambda: "whole" if ended else "open")
    stretch.restart(offset)
    return stretch


def _next_member(file: BinaryIO, offset: int) -> int | None:
    """Return where, from an offset on, the next gzip member with a WARC record begins; None: nowhere."""
    file.seek(offset)
    held = b""
    while block := file.read(_PIECE):
        held += block
        at = held.find(_GZIP)
        while at >= 0:
            if _is_record(file, offset + at):
                return offset + at
            at = held.find(_GZIP, at + 1)
        keep = len(_GZIP) - 1
        offset += max(0, len(held) - keep)
        held = held[-keep:]
    return None


def _is_record(file: BinaryIO, offset: int) -> bool:
    here = file.tell()
    file.seek(offset)
    try:
        return zlib.decompressobj(31).decompress(file.read(1024), len(MAGIC)) == MAGIC
    except zlib.error:
        return False
    finally:
        file.seek(here)
