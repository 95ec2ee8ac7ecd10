"""The records of a WARC file, each with its header and its block; incomplete ones are reported and skipped.

Reads WARC 0.17 to 1.1, plain or compressed with gzip in any way. A record counts as complete when something
proves where it ends: the end of its gzip member, the next record, or the end of a plain file.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from osce_news.archive.byte_stream import MAGIC, ByteStream, GzipMember, end_of_damage, is_gzip
from osce_news.archive.http_messages import HEADER_END, MAX_HEADER, MAX_PAGE_BYTES, parse_fields
from osce_news.archive.report import RecordError, Report
from osce_news.clock import format_utc
from osce_news.errors import BadInputError
from osce_news.urls import without_user

_TYPES = frozenset("warcinfo response resource request metadata revisit conversion continuation".split())
_VERSION = re.compile(rb"WARC/\d\.\d+[ \t]*\r?\n")  # the first line of a record
_DATE = re.compile(r"(\d{4})(?:-?(\d\d)(?:-?(\d\d)(?:[T ]?(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?)?)?)?Z?")

_HINTS = (
    (b"PK\x03\x04", "a zip file; if it is a WACZ, unpack it: the WARC files are in its folder archive/"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd; unpack it with `zstd -d`"),
    (b"BZh", "packed with bzip2; unpack it with `bunzip2`"),
    (b"filedesc:", "an ARC file; `warcio recompress OLD.arc.gz NEW.warc.gz` makes a WARC file of it"),
)


@dataclass(frozen=True, slots=True)
class Record:
    """A complete record. Names in `headers` are in lower case; if one is repeated, the first value counts."""

    kind: str  # the WARC-Type
    headers: dict[str, str]
    block: bytes | None  # None: larger than the limit
    offset: int  # of the record in the file, or of the gzip member that it is in
    where: str  # the same, for messages
    seekable: bool  # whether it can be read from `offset` on, without what comes before it

    @property
    def url(self) -> str:
        """The WARC-Target-URI without a password, and without the angle brackets of old versions of wget."""
        return without_user(self.headers.get("warc-target-uri", "").strip("<> "))

    @property
    def fetched_at(self) -> str:
        """The WARC-Date in the form of clock.py; raises RecordError if it is missing or no time.

        WARC 1.1, 5.4: UTC, of any precision from the year on. A leap second is read as the one before it.
        """
        text = self.headers.get("warc-date", "")
        if match := _DATE.fullmatch(text.strip()):
            year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
            if (hour, minute, second) == (23, 59, 60):
                second = 59
            with suppress(ValueError):
                moment = datetime(year, month or 1, day or 1, hour, minute, second, tzinfo=UTC)
                return format_utc(moment.timestamp())
        raise RecordError(f"WARC-Date {text[:40]!r} is not a time")


def records(path: Path, report: Report, *, start: int = 0, end: int = sys.maxsize) -> Iterator[Record]:
    """Yield the records of a file in order. Memory use does not depend on the file's size.

    `start` is the offset of a record that is `seekable`; only records that begin before `end` are read.
    Adjacent parts of a file give the same records and the same report as the whole file. Raises BadInputError
    if the file is not a WARC file or can't be read.
    """
    try:
        with path.open("rb") as file:
            report.files += 1
            if not file.read(1):
                report.cut_at(path, 0)  # the process that wrote it died before the first byte
                return
            if (other := _other_format(file)) is not None:
                raise BadInputError(f"{path}: not a WARC file" + (f" but {other}" if other else ""))
            yield from _records(file, path, report, start, end)
    except OSError as error:
        raise BadInputError(f"{path}: can't be read: {error.strerror}") from error


def record_at(path: Path, offset: int) -> Record:
    """Return the record at an offset given by `records`; it must be one that is `seekable`.

    Raises RecordError if no complete record is there any more.
    """
    try:
        with path.open("rb") as file:
            record = next(_records(file, path, Report(), offset), None)
    except OSError as error:
        raise RecordError(f"{path}: can't be read: {error.strerror}") from error
    if record is None or record.offset != offset:
        raise RecordError(f"{path}: byte {offset}: the record is gone")
    return record


def record_in(data: bytes) -> Record:
    """Return the first record in some bytes; raises RecordError if they hold no complete record."""
    record = next(_records(BytesIO(data), Path(), Report()), None)
    if record is None:
        raise RecordError("holds no complete record")
    return record


def is_warc(path: Path) -> bool:
    """Whether the content of a file is WARC, even if it is cut; raises BadInputError if it can't be read."""
    try:
        with path.open("rb") as file:
            return _other_format(file) is None
    except OSError as error:
        raise BadInputError(f"{path}: can't be read: {error.strerror}") from error


def check_digest(label: str, candidates: Iterable[bytes]) -> bool | None:
    """Whether one of the candidates has this digest; None if the label is missing or not understood.

    WARC 1.1, 5.8: an algorithm and a value. Tools write the value in base 32, base 64 or hexadecimal.

    >>> check_digest("sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ", [b""])
    True
    """
    name, _, value = label.partition(":")
    name = name.strip().lower().replace("-", "")
    if name not in ("sha1", "sha256", "sha512", "md5") or not value.strip():
        return None
    wanted = _digest_bytes(value.strip(), hashlib.new(name).digest_size)
    if wanted is None:
        return None
    return any(hashlib.new(name, data).digest() == wanted for data in candidates)


def _digest_bytes(value: str, size: int) -> bytes | None:
    for decode, text in (
        (bytes.fromhex, value),
        (base64.b32decode, value.upper() + "=" * (-len(value) % 8)),
        (base64.b64decode, value.replace("-", "+").replace("_", "/") + "=" * (-len(value) % 4)),
    ):
        with suppress(ValueError):  # also binascii.Error
            digest = decode(text)
            if len(digest) == size:
                return digest
    return None


def _other_format(file: BinaryIO) -> str | None:
    """Return None for a WARC file; else a hint at the format, "" if that is unknown."""
    stream = GzipMember(file, 0) if is_gzip(file) else ByteStream(file)
    begin = stream.peek(1024)
    text = begin.lstrip(b"\r\n")
    may_go_on = bool(text) or stream.error is not None
    if text[:5] == MAGIC or (len(begin) < len(MAGIC) and MAGIC.startswith(text) and may_go_on):
        return None  # perhaps cut or damaged within the first record
    return next((hint for magic, hint in _HINTS if begin.startswith(magic)), "")


class _CutError(RecordError):
    """A record with fewer bytes than its header says: the last one of a cut file, if none follows."""


def _records(
    file: BinaryIO, path: Path, report: Report, start: int = 0, end: int = sys.maxsize
) -> Iterator[Record]:
    """Yield the records of an open file as `records` does, and report where it is damaged or cut."""
    if not is_gzip(file):
        yield from _records_in(ByteStream(file, start), path, report, end)
        return
    size = file.seek(0, 2)
    while start < min(size, end):
        member, has_records = GzipMember(file, start), False
        for record in _records_in(member, path, report, end):
            has_records = True
            yield record
        member.skip(sys.maxsize)
        start = member.end
        if member.error is not None:
            damage = member.end if has_records else member.offset  # records unpacked before it are good
            following = end_of_damage(file, member)
            if following is None:
                report.cut_at(path, damage)
                return
            report.problem(path, f"byte {damage}", RecordError(f"damaged up to byte {following}"))
            start = following


def _records_in(stream: ByteStream, path: Path, report: Report, end: int) -> Iterator[Record]:
    """Yield the records of a stream that begin before `end` in the file."""
    is_plain = not isinstance(stream, GzipMember)
    while True:
        stream.skip(_gap(stream))
        if stream.offset >= end or not stream.peek(1):
            return
        start, offset = stream.position, stream.offset
        where = f"byte {offset}" + ("" if is_plain or not start else f", unpacked {start}")
        try:
            kind, headers, block = _record(stream)
        except RecordError as error:
            has_next = stream.skip_to(_VERSION)
            if stream.error is not None and not has_next:
                return  # `_records` reports it
            if isinstance(error, _CutError) and is_plain and not has_next:
                report.cut_at(path, start)
                return
            report.problem(path, where, error)
            continue
        if stream.error is not None and not stream.peek(1, _gap(stream)):
            return  # the member ends early, perhaps within this record
        report.skipped["other_types"] += kind not in _TYPES
        yield Record(kind, headers, block, offset, where, seekable=is_plain or not start)


def _record(stream: ByteStream) -> tuple[str, dict[str, str], bytes | None]:
    """Read the next record; raises RecordError, with the stream after the record's header.

    A gzip member can't be read again: after a wrong length of several megabytes, its other records are lost.
    """
    begin = stream.peek(64)
    if not _VERSION.match(begin):
        stream.skip(min(len(MAGIC), len(begin)))
        is_cut = MAGIC.startswith(begin[: len(MAGIC)]) and len(begin) < 10
        raise (_CutError if is_cut else RecordError)("no record begins here")
    ends = (HEADER_END.search(stream.peek(size)) for size in (4096, MAX_HEADER))
    header_end = next(filter(None, ends), None)
    if header_end is None:
        stream.skip(len(MAGIC))
        raise _CutError("the record's header does not end")
    fields = parse_fields(stream.read(header_end.end()).decode("utf-8", "replace"))
    headers = {name.lower(): value for name, value in reversed(fields)}
    length = headers.get("content-length", "")
    if not (length.isascii() and length.isdigit() and len(length) < 19):
        raise RecordError(f"Content-Length {length[:40]!r} is not a length")
    block = _block(stream, int(length), headers.get("warc-block-digest", ""))
    return headers.get("warc-type", "").lower(), headers, block


def _block(stream: ByteStream, length: int, digest: str) -> bytes | None:
    """Read a block if what follows it confirms its length; return None if it is too large."""
    begin = stream.position
    if length > MAX_PAGE_BYTES + MAX_HEADER:
        exists = stream.skip(length) == length
        if exists and _ends_after(stream, 0):
            return None
        stream.go_back(begin)
    else:
        exists = not length or bool(stream.peek(1, length - 1))
        if exists and (_ends_after(stream, length) or _is_complete(stream, length, digest)):
            return stream.read(length)
    raise (RecordError if exists else _CutError)(f"wrong Content-Length: {length:,} bytes")


def _is_complete(stream: ByteStream, length: int, digest: str) -> bool:
    """Whether a record is complete although what follows it is not a record."""
    if stream.peek(4, length) != b"\r\n\r\n":
        return False
    block = stream.peek(length)
    return HEADER_END.search(block) is not None and check_digest(digest, [block]) is not False


def _ends_after(stream: ByteStream, length: int) -> bool:
    """Whether a record can end after `length` bytes: the next record or the end of the stream follows."""
    gap = _gap(stream, length)
    following = stream.peek(len(MAGIC), length + gap)
    return following == MAGIC or (MAGIC.startswith(following) and (not following or gap > 1))


def _gap(stream: ByteStream, ahead: int = 0) -> int:
    """Return how many bytes of line ends follow."""
    following = stream.peek(64, ahead)
    return len(following) - len(following.lstrip(b"\r\n"))
