"""Where the response is that a revisit record stands for (WARC 1.1, 6.7)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from osce_news.archive.reader.fields import check_digest
from osce_news.archive.reader.http import payload_of
from osce_news.archive.reader.records import Record, record_at, records
from osce_news.archive.reader.report import RecordError, Report
from osce_news.errors import BadInputError

NOT_MODIFIED = "server-not-modified"


class Originals:
    """The responses of some files, found by what a revisit record says of them.

    The files are gone through at the first question, and only then; it costs some 300 bytes of memory
    a response.
    """

    def __init__(self, paths: Sequence[Path], most_bytes: int) -> None:
        self.paths, self.most_bytes = paths, most_bytes
        self._found: dict[int, int] | None = None  # a name's hash: file number and offset

    def of(self, revisit: Record) -> Record:
        """Return the response with its block; raises RecordError, of kind "unresolved", if there is none."""
        found = self._index()
        place = next((found[key] for key in _named_by(revisit) if key in found), None)
        if place is None:
            raise RecordError("its page is in none of the files", "unresolved")
        if place < 0:
            where = f"{self.paths[-1 - place]}, which is one gzip member"
            raise RecordError(f"its page is in {where}: `warcio recompress` mends that", "unresolved")
        number, offset = place & 0xFFFF, place >> 16
        original = record_at(self.paths[number], offset, self.most_bytes)
        digest = revisit.headers.get("warc-payload-digest", "")
        if original.block is None:
            raise RecordError("its page is too large", "too_large")
        payload = payload_of(original.block)
        same = original.headers.get("warc-payload-digest") == digest or check_digest(digest, [payload])
        if digest and same is False:
            raise RecordError("the page that it names has another digest", "unresolved")
        return original

    def _index(self) -> dict[int, int]:
        if self._found is None:
            self._found = {}
            for number, path in enumerate(self.paths):
                try:
                    for record in records(path, Report(), self.most_bytes):
                        if record.kind == "response":
                            place = record.offset << 16 | number if record.alone else -1 - number
                            for key in _names_of(record):
                                self._found.setdefault(key, place)
                except BadInputError:  # that is told when the file itself is read
                    continue
        return self._found


def _names_of(record: Record) -> Iterator[int]:
    """Yield the names of a response, hashed: by its digest, by its identifier, by its address and time."""
    if digest := record.headers.get("warc-payload-digest"):
        yield _hash("digest", digest)
    if identifier := record.headers.get("warc-record-id"):
        yield _hash("id", identifier)
    yield _hash("at", target(record), record.headers.get("warc-date", ""))


def _named_by(revisit: Record) -> Iterator[int]:
    """Yield the names by which a revisit record means its response, the surest first."""
    headers = revisit.headers
    if identifier := headers.get("warc-refers-to"):
        yield _hash("id", identifier)
    if (url := headers.get("warc-refers-to-target-uri")) and (date := headers.get("warc-refers-to-date")):
        yield _hash("at", url.strip("<> "), date)
    if digest := headers.get("warc-payload-digest"):
        yield _hash("digest", digest)


def target(record: Record) -> str:
    """Return the address of a record; old wget puts it into angle brackets."""
    return record.headers.get("warc-target-uri", "").strip("<> ")


def _hash(*name: str) -> int:
    return int.from_bytes(hashlib.blake2b("\0".join(name).encode(), digest_size=8).digest(), "big")
