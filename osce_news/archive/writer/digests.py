"""Which bodies the files of a folder hold, so that none is stored twice.

Each WARC file that was ended has a list, `digests/NAME.jsonl`, that is written whole and names the file's
size; a list that is missing, damaged or of another size is made anew from the WARC file. So no list has to be
trusted after a crash, and the folder `digests` may be deleted at any time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from osce_news.archive.reader.http import parse_response
from osce_news.archive.reader.records import Record, records
from osce_news.archive.reader.report import RecordError, Report
from osce_news.errors import BadInputError

FOLDER = "digests"
_PATTERN = "osce-news-*.warc.gz"
_FORM = 1  # of the lists; another one is made anew


@dataclass(frozen=True, slots=True)
class Entry:
    """An answer of the site as it stands in an archive."""

    url: str
    when: str
    digest: str
    record_id: str | None  # of the response record that holds the body; None for a revisit record
    etag: str | None = None  # only of an answer with status 200, which is what a later 304 means
    last_modified: str | None = None


class Stored(NamedTuple):
    """A response record that holds a body."""

    record_id: str
    url: str
    when: str
    digest: str


class Digests:
    """What is stored in a folder, and what is being added to one file of it."""

    def __init__(self) -> None:
        self._stored: dict[str, Stored] = {}
        self._validated: dict[tuple[str, str], str] = {}  # address and validator: digest
        self._added: list[Entry] = []  # to the present file

    @classmethod
    def of_folder(cls, folder: Path) -> Digests:
        """Return what the archive files of a folder hold; lists that are missing or stale are made anew."""
        digests = cls()
        for path in sorted(folder.glob(_PATTERN)):
            with suppress(OSError, BadInputError):  # what can't be read is not referred to
                size = path.stat().st_size
                entries = _load(path, size)
                if entries is None:
                    entries = list(_scan(path))
                    _save(path, size, entries)
                for entry in entries:
                    digests._know(entry)
        return digests

    def stored(self, digest: str) -> Stored | None:
        """Return the record that holds the body of this digest."""
        return self._stored.get(digest)

    def unchanged(self, url: str, etag: str | None, last_modified: str | None) -> Stored | None:
        """Return the record that holds the page which a 304 to these validators means.

        None if that page is not in the archive, though another of the same address may be.
        """
        validator = etag or last_modified
        return self._stored.get(self._validated.get((url, validator), "")) if validator else None

    def add(self, entry: Entry) -> None:
        """Note an answer that was wholly written into the present file."""
        self._added.append(entry)
        self._know(entry)

    def save(self, path: Path, size: int) -> None:
        """Write the list of the present file, which has this size and will not grow, and begin another."""
        with suppress(OSError):  # it is made anew when it is needed
            _save(path, size, self._added)
        self._added = []

    def _know(self, entry: Entry) -> None:
        if entry.record_id is not None:
            stored = Stored(entry.record_id, entry.url, entry.when, entry.digest)
            self._stored.setdefault(entry.digest, stored)
        for validator in (entry.etag, entry.last_modified):
            if validator:
                self._validated[entry.url, validator] = entry.digest


def _list_of(path: Path) -> Path:
    return path.parent / FOLDER / f"{path.name.removesuffix('.warc.gz')}.jsonl"


def _load(path: Path, size: int) -> list[Entry] | None:
    """Return the entries of a file of this size; None if there is no list that can be believed."""
    try:
        lines = _list_of(path).read_text(encoding="utf-8").splitlines()
        if json.loads(lines[0]) != _title(path, size, len(lines) - 1):
            return None
        entries = [Entry(**json.loads(line)) for line in lines[1:]]
    except (OSError, ValueError, TypeError, IndexError, RecursionError):
        return None
    return entries if all(isinstance(entry.digest, str) for entry in entries) else None


def _save(path: Path, size: int, entries: Sequence[Entry]) -> None:
    """Write a file's list whole or not at all; raises OSError."""
    target = _list_of(path)
    target.parent.mkdir(exist_ok=True)
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.unfinished")
    lines = [_title(path, size, len(entries)), *map(asdict, entries)]
    try:
        unfinished.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _title(path: Path, size: int, count: int) -> dict[str, object]:
    return {"form": _FORM, "file": path.name, "bytes": size, "entries": count}


def _scan(path: Path) -> Iterator[Entry]:
    """Yield the entries of a WARC file, as far as it is whole."""
    for record in records(path, Report()):
        with suppress(RecordError):
            entry = _entry(record)
            if entry is not None:
                yield entry


def _entry(record: Record) -> Entry | None:
    fields = record.headers
    digest, identifier = fields.get("warc-payload-digest"), fields.get("warc-record-id")
    if record.kind not in ("response", "revisit") or record.block is None or "warc-truncated" in fields:
        return None
    response = parse_response(record.block, header_only=True)
    if not digest or not identifier or response.status == HTTPStatus.NOT_MODIFIED:
        return None
    return entry_of(
        fields.get("warc-target-uri", ""),
        fields.get("warc-date", ""),
        digest,
        identifier if record.kind == "response" else None,
        response.status,
        response.header,
    )


def entry_of(
    url: str, when: str, digest: str, record_id: str | None, status: int, header: Callable[[str], str]
) -> Entry:
    """Return the entry of an answer; `header` gives the value of a header, empty if it is not there."""
    whole = status == HTTPStatus.OK
    etag, modified = ((header(name) or None) if whole else None for name in ("etag", "last-modified"))
    return Entry(url, when, digest, record_id, etag, modified)
