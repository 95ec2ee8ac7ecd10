"""The records of a WARC file, each with its head and its block; what is no whole record is told and left out.

WARC 0.17 to 1.1, plain or gzipped in any way. A record is given out when its end is proven: by the end of
its gzip member, by the next record, or by the end of a plain file behind its last byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from osce_news.archive.reader.fields import HEAD_END, MOST_HEAD, check_digest, parse_fields
from osce_news.archive.reader.gzip_members import MAGIC, Members, Stretch, is_gzip, plain
from osce_news.archive.reader.report import RecordError, Report
from osce_news.crawl import settings
from osce_news.errors import BadInputError

MOST_BYTES: int = settings.DOWNLOAD_MAXSIZE  # of a page; a larger one is no listing page

_VERSION = re.compile(rb"WARC/\d\.\d+[ \t]*\r?\n")
_BLANKS = re.compile(rb"[\r\n]*")
_NEXT = re.compile(rb"\n\r?\n(?=WARC/\d\.\d+[ \t]*\r?\n)()")
_OVERLAP = 32

_HINTS = (
    (b"PK\x03\x04", "a zip file; if it is a WACZ, unpack it: the WARC files are in its folder archive/"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd; unpack it with `zstd -d`"),
    (b"BZh", "packed with bzip2; unpack it with `bunzip2`"),
    (b"filedesc:", "an ARC file; `warcio recompress OLD.arc.gz NEW.warc.gz` makes a WARC file of it"),
)


@dataclass(frozen=True, slots=True)
class Record:
    """A record whose end is proven. Names in `headers` are in lower case; of equal ones the first counts."""

    kind: str  # the WARC-Type
    headers: dict[str, str]
    block: bytes | None  # None: larger than what is read
    offset: int  # of the record in the file, or of the gzip member that it is in
    where: str  # the same for people
    alone: bool  # whether it can be read from `offset` on, without what is before it


def records(
    path: Path, report: Report, most_bytes: int = MOST_BYTES, *, start: int = 0, end: int | None = None
) -> Iterator[Record]:
    """Yield the records of a file, in order, with memory that does not grow with the file.

    `start` is the offset of a record that is `alone`, `end` the one before which the last record begins:
    parts of a file that meet give and report together what the whole file does. Raises BadInputError if the
    file is no WARC file or can't be read.
    """
    try:
        with path.open("rb") as file:
            report.files += 1
            if not file.read(1):
                report.cut_at(path, 0)  # a process that died before its first byte
                return
            if (other := _fault(file)) is not None:
                raise BadInputError(f"{path}: no WARC file" + (f" but {other}" if other else ""))
            yield from _Reader(path, file, report, most_bytes, end).records(start)
    except OSError as error:
        raise BadInputError(f"{path}: can't be read: {error.strerror}") from error


def record_at(path: Path, offset: int, most_bytes: int = MOST_BYTES) -> Record:
    """Return the record at an offset that came from `records`, from one that is `alone`.

    Raises RecordError if there is none, or no whole one, any more.
    """
    report = Report()
    try:
        with path.open("rb") as file:
            for record in _Reader(path, file, report, most_bytes).records(offset):
                if record.offset == offset:
                    return record
                break
    except OSError as error:
        raise RecordError(f"{path}: can't be read: {error.strerror}") from error
    raise RecordError(f"{path}: byte {offset}: the record is gone")


def is_warc(path: Path) -> bool:
    """Whether a file is a WARC file by its content, a cut one too.

    Raises BadInputError if it can't be read.
    """
    try:
        with path.open("rb") as file:
            return _fault(file) is None
    except OSError as error:
        raise BadInputError(f"{path}: can't be read: {error.strerror}") from error


def _fault(file: BinaryIO) -> str | None:
    """Return what a file is if it is no WARC file by its beginning, "" if that is not known; else None."""
    stretch = next(iter(Members(file))) if is_gzip(file) else plain(file)
    begin = stretch.peek(1024)
    found = begin.lstrip(b"\r\n")
    unknown = bool(found) or stretch.state != "whole"
    if found[:5] == MAGIC or (len(begin) < len(MAGIC) and MAGIC.startswith(found) and unknown):
        return None  # perhaps cut or damaged within the first record
    return next((text for magic, text in _HINTS if begin.startswith(magic)), "")


class _Reader:
    """Goes through one file."""

    def __init__(
        self, path: Path, file: BinaryIO, report: Report, most_bytes: int, end: int | None = None
    ) -> None:
        self.path, self.file, self.report, self.end = path, file, report, end
        self.most = most_bytes + MOST_HEAD
        self.gzip = is_gzip(file)
        self.size = file.seek(0, 2)

    def records(self, offset: int = 0) -> Iterator[Record]:
        if not self.gzip:
            yield from self._records(plain(self.file, offset))
            return
        for member in Members(self.file, offset, self._gap):
            if self._is_behind(member.offset):
                return
            yield from self._records(member)

    def _gap(self, first: int, following: int | None) -> None:
        if following is None:
            self.report.cut_at(self.path, first)
        else:
            error = RecordError(f"damaged up to byte {following}")
            self.report.problem(self.path, f"byte {first}", error)

    def _records(self, stretch: Stretch) -> Iterator[Record]:
        while True:
            stretch.skip(len(_blanks(stretch)))
            if not stretch.peek(1):
                return
            start, where = stretch.position, self._where(stretch)
            if not self.gzip and self._is_behind(start):
                return
            try:
                record = self._record(stretch, where)
            except RecordError as error:
                go_on = stretch.seek_to(_NEXT, _OVERLAP)
                if stretch.state in ("cut", "damaged") and not go_on:
                    return  # that is told when the file is gone on with
                if not self.gzip and not go_on and error.kind == "cut":
                    self.report.cut_at(self.path, start)
                    return
                self.report.problem(self.path, where, RecordError(str(error)))
                continue
            if record is None:
                return
            stretch.given = True
            self.report.count(record.kind)
            yield record

    def _record(self, stretch: Stretch, where: str) -> Record | None:
        """Return the next record; None if its gzip member ends too early.

        Raises RecordError, with the stretch behind the record's head; its kind is "cut" if the stretch has
        fewer bytes than the head says.
        """
        start = stretch.position
        if not _VERSION.match(stretch.peek(64)):
            short = stretch.peek(64)
            stretch.skip(min(5, len(short)))
            kind = "cut" if MAGIC.startswith(short[:5]) and len(short) < 10 else "unreadable"
            raise RecordError("no record begins here", kind)
        head = stretch.until(HEAD_END, MOST_HEAD)
        if head is None:
            stretch.skip(5)
            raise RecordError("the record's head does not end", "cut")
        fields = parse_fields(head.decode("utf-8", "replace"))
        headers = {name.lower(): value for name, value in reversed(fields)}
        text = headers.get("content-length", "")
        if not (text.isascii() and text.isdigit() and len(text) < 19):
            raise RecordError(f"Content-Length {text[:40]!r} is no length")
        block = self._block(stretch, int(text), headers.get("warc-block-digest", ""))
        if stretch.state in ("cut", "damaged") and not _proven(stretch):
            return None
        alone = not self.gzip or not start
        kind = headers.get("warc-type", "").lower()
        return Record(kind, headers, block, stretch.offset if self.gzip else start, where, alone)

    def _block(self, stretch: Stretch, length: int, digest: str) -> bytes | None:
        """Return the block, taken, if what follows it proves its length; None for one that is too large."""
        if length > self.most:
            self._pass_over(stretch, length)
            return None
        if not self._ends_here(stretch, length) and not self._stands_alone(stretch, length, digest):
            kind = "cut" if length and not stretch.peek(1, length - 1) else "unreadable"
            raise RecordError(f"says that it has {length:,} bytes, which is wrong", kind)
        return stretch.take(length)

    def _pass_over(self, stretch: Stretch, length: int) -> None:
        """Pass over a block that is too large; raises RecordError, with a plain file in front of it again."""
        begin = stretch.position
        if self.gzip:
            there = stretch.skip(length) == length
        elif there := begin + length <= self.size:
            self._jump(stretch, begin + length)
        if not (there and self._ends_here(stretch, 0)):
            if not self.gzip:
                self._jump(stretch, begin)
            raise RecordError(
                f"says that it has {length:,} bytes, which is wrong", "unreadable" if there else "cut"
            )

    def _jump(self, stretch: Stretch, position: int) -> None:
        self.file.seek(position)
        stretch.restart(position)

    def _stands_alone(self, stretch: Stretch, length: int, digest: str) -> bool:
        """Whether a record is whole though no record follows it, but other bytes."""
        if stretch.peek(4, length) != b"\r\n\r\n":
            return False
        block = stretch.peek(length)
        return HEAD_END.search(block) is not None and check_digest(digest, [block]) is not False

    def _ends_here(self, stretch: Stretch, ahead: int) -> bool:
        """Whether a record can end behind so many more bytes."""
        if ahead and not stretch.peek(1, ahead - 1):
            return False
        gap = _blanks(stretch, ahead)
        following = stretch.peek(len(MAGIC), ahead + len(gap))
        return following == MAGIC or (MAGIC.startswith(following) and (not following or len(gap) > 1))

    def _is_behind(self, offset: int) -> bool:
        return self.end is not None and offset >= self.end

    def _where(self, stretch: Stretch) -> str:
        if not self.gzip:
            return f"byte {stretch.position}"
        return f"byte {stretch.offset}" + (f", unpacked {stretch.position}" if stretch.position else "")


def _blanks(stretch: Stretch, ahead: int = 0) -> bytes:
    match = _BLANKS.match(stretch.peek(64, ahead))
    return match[0] if match else b""


def _proven(stretch: Stretch) -> bool:
    """Whether another record follows, which can't be read to its end."""
    return bool(stretch.peek(1, len(_blanks(stretch))))
