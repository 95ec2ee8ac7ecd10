"""The responses that revisit records refer to (WARC 1.1, 6.7)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from osce_news.archive.reader.http import payload_of
from osce_news.archive.reader.records import Record, check_digest, record_at, records
from osce_news.archive.reader.report import RecordError, Report
from osce_news.errors import BadInputError

SERVER_NOT_MODIFIED = "server-not-modified"  # the profile of a 304


class Originals:
    """An index of the responses in some files, for resolving revisit records.

    It is built on first use, and takes about 300 bytes of memory per response.
    """

    def __init__(self, paths: Sequence[Path], max_bytes: int) -> None:
        self.paths, self.max_bytes = paths, max_bytes
        self._places: dict[int, int] | None = None  # from the hash of a key to offset and file number

    def find(self, revisit: Record) -> Record:
        """Return the response with its block; raises RecordError, of kind "unresolved", if there is none."""
        places = self._index()
        place = next((places[key] for key in _keys_of_target(revisit) if key in places), None)
        if place is None:
            raise RecordError("its page is in none of the files", "unresolved")
        if place < 0:
            where = f"{self.paths[-1 - place]}, which is one gzip member"
            raise RecordError(f"its page is in {where}: split it with `warcio recompress`", "unresolved")
        number, offset = place & 0xFFFF, place >> 16
        original = record_at(self.paths[number], offset, self.max_bytes)
        digest = revisit.headers.get("warc-payload-digest", "")
        if original.block is None:
            raise RecordError("its page is too large", "too_large")
        payload = payload_of(original.block)
        same = original.headers.get("warc-payload-digest") == digest or check_digest(digest, [payload])
        if digest and same is False:
            raise RecordError("the page that it refers to has another digest", "unresolved")
        return original

    def _index(self) -> dict[int, int]:
        if self._places is None:
            self._places = {}
            for number, path in enumerate(self.paths):
                try:
                    for record in records(path, Report(), self.max_bytes):
                        if record.kind == "response":
                            place = record.offset << 16 | number if record.alone else -1 - number
                            for key in _keys_of(record):
                                self._places.setdefault(key, place)
                except BadInputError:  # reported when the file itself is read
                    continue
        return self._places


def revisit_profile(record: Record) -> str:
    """Return the last part of a revisit record's WARC-Profile; "unknown" if it has none."""
    return record.headers.get("warc-profile", "").rstrip("/").rpartition("/")[2] or "unknown"


def _keys_of(record: Record) -> Iterator[int]:
    """Yield the keys of a response, hashed: its digest, its identifier, its address and time."""
    if digest := record.headers.get("warc-payload-digest"):
        yield _hash("digest", digest)
    if identifier := record.headers.get("warc-record-id"):
        yield _hash("id", identifier)
    yield _hash("at", record.url, record.headers.get("warc-date", ""))


def _keys_of_target(revisit: Record) -> Iterator[int]:
    """Yield the keys by which a revisit record refers to its response, the most certain first."""
    headers = revisit.headers
    if identifier := headers.get("warc-refers-to"):
        yield _hash("id", identifier)
    if (url := headers.get("warc-refers-to-target-uri")) and (date := headers.get("warc-refers-to-date")):
        yield _hash("at", url.strip("<> "), date)
    if digest := headers.get("warc-payload-digest"):
        yield _hash("digest", digest)


def _hash(*key: str) -> int:
    return int.from_bytes(hashlib.blake2b("\0".join(key).encode(), digest_size=8).digest(), "big")
