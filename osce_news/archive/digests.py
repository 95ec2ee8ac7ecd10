"""The bodies that are stored in the WARC files of a folder, by their digests, so that none is stored twice.

Each file has a list of its bodies, `digests/NAME.jsonl`, which the next run makes. The list contains the
file's size. If it is missing, damaged or has another size, it is made again. So a crash can't leave a wrong
list, and the folder `digests` may be deleted at any time.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path

from osce_news.archive.http_messages import Headers, header, parse_response
from osce_news.archive.records import records
from osce_news.archive.report import RecordError, Report
from osce_news.atomic import atomic_write
from osce_news.errors import BadInputError, StorageError

_FORMAT = 1  # of the lists; a list of another format is rebuilt


def sha1(body: bytes) -> str:
    """Return the digest of a body as WARC files contain it: "sha1:" and base 32."""
    return "sha1:" + base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


@dataclass(frozen=True, slots=True)
class DigestEntry:
    """A response in an archive."""

    url: str
    when: str
    digest: str
    record_id: str | None  # of the response record that holds the body; None for a revisit record
    etag: str | None = None  # this and the next only for status 200: a later 304 refers to such a response
    last_modified: str | None = None

    @classmethod
    def of(
        cls, url: str, when: str, digest: str, record_id: str | None, status: int, headers: Headers
    ) -> DigestEntry:
        """Return the entry of a response with this status and these headers."""
        names = ("etag", "last-modified") if status == HTTPStatus.OK else ()
        return cls(url, when, digest, record_id, *(header(headers, name) or None for name in names))


class DigestIndex:
    """The responses in a folder, by their bodies, by their validators, and by address and time."""

    def __init__(self, folder: Path) -> None:
        """Index the folder's archive files; makes lists that are missing or stale."""
        self._stored: dict[str, DigestEntry] = {}  # by digest, those that hold a body
        self._validated: dict[tuple[str, str], str] = {}  # from address and validator to digest
        self._captured: set[tuple[str, str]] = set()  # address and time of all responses
        for path in sorted(folder.glob("osce-news-*.warc.gz")):
            with suppress(OSError, BadInputError, StorageError):  # never refer to a file that can't be read
                for entry in _entries(path):
                    self.add(entry)

    def find(self, digest: str) -> DigestEntry | None:
        """Return the response whose record holds the body with this digest."""
        return self._stored.get(digest)

    def holds(self, url: str, when: str) -> bool:
        """Whether the folder has the response of this address and time."""
        return (url, when) in self._captured

    def find_unchanged(self, url: str, validator: str) -> DigestEntry | None:
        """Return the response that a 304 to a request with this validator refers to.

        None if that page is not in the archive, even if another version of it is: a crawl in between may not
        have been recorded.
        """
        return self._stored.get(self._validated.get((url, validator), ""))

    def add(self, entry: DigestEntry) -> None:
        """Add a response that is completely written."""
        self._captured.add((entry.url, entry.when))
        if entry.record_id is not None:
            self._stored.setdefault(entry.digest, entry)
        for validator in (entry.etag, entry.last_modified):
            if validator:
                self._validated[entry.url, validator] = entry.digest


def _entries(path: Path) -> list[DigestEntry]:
    """Return the entries of a file from its list, which is made if it is missing, damaged or stale."""
    size, list_path = path.stat().st_size, path.parent / "digests" / f"{path.name[: -len('.warc.gz')]}.jsonl"
    about = {"form": _FORMAT, "file": path.name, "bytes": size}
    with suppress(OSError, ValueError, TypeError, RecursionError):
        first, *lines = map(json.loads, list_path.read_text(encoding="utf-8").splitlines())
        entries = [DigestEntry(**line) for line in lines]
        is_valid = all(isinstance(entry.digest, str) for entry in entries)
        if is_valid and first == {**about, "entries": len(entries)}:
            return entries
    entries = list(_scan(path))
    with suppress(OSError, StorageError):  # without its list, the file is read again next time
        list_path.parent.mkdir(exist_ok=True)
        with atomic_write(list_path) as part:
            values = [{**about, "entries": len(entries)}, *map(asdict, entries)]
            part.write_text("".join(f"{json.dumps(value)}\n" for value in values), encoding="utf-8")
    return entries


def _scan(path: Path) -> Iterator[DigestEntry]:
    """Yield the entries of a WARC file's complete records."""
    for record in records(path, Report()):
        fields = record.headers
        digest, identifier = fields.get("warc-payload-digest"), fields.get("warc-record-id")
        is_response = record.kind in ("response", "revisit") and "warc-truncated" not in fields
        if not (is_response and record.block is not None and digest and identifier):
            continue
        with suppress(RecordError):
            response = parse_response(record.block, header_only=True)
            if response.status != HTTPStatus.NOT_MODIFIED:
                holder = identifier if record.kind == "response" else None
                when = fields.get("warc-date", "")
                yield DigestEntry.of(record.url, when, digest, holder, response.status, response.headers)
