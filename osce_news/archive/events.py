"""What an archive tells of the run that made it, beside what the site answered.

A replay needs to know what no answer tells: in which mode the crawl read, with which options, which pages
it stored, and how it ended. Each is a metadata record (WARC 1.1, 6.6) that holds a JSON object. Names that
a reader does not know are passed over, so that later versions may add some.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, get_type_hints

from osce_news.archive.serialize import convert
from osce_news.clock import parse_utc
from osce_news.normalize import is_web_address

CONTENT_TYPE = "application/json"
_PREFIX = "osce-news:"
# What a run costs the site, by the names of its summary: what `cost` may hold.
COST = ("requests", "bytes", "retries", "back_offs", "waited_s", "smallest_gap_s", "articles_left")


class EventError(ValueError):
    """The record is none of ours, or not what one of ours holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of the notes."""

    def to_json(self) -> str:
        """Return the note as a JSON object."""
        return json.dumps(asdict(self), ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(Event):
    """How a run begins; it stands behind the warcinfo record of the run's first file."""

    run: int  # its number in the database
    mode: str  # "full" or "incremental", as decided
    started: str  # UTC
    start_url: str
    list: str  # the list that is read, without page and size
    since: str | None = None
    until: str | None = None
    accept: bool = False  # pages were believed that do not fit what was stored
    options: dict[str, Any] = field(default_factory=dict)  # all others, for people
    after: str | None = None  # the archive of the crawl before this one, if that was recorded
    continues: int | None = None  # the number of the unfinished run that it goes on with
    continues_archive: str | None = None  # None: that run was not recorded
    position: dict[str, Any] | None = None  # where that run stood
    held: dict[str, int] = field(default_factory=dict)  # pages stored by runs that have died, by archive
    # Those of `held` of which it was not stored how the list's part had ended.
    unsettled: tuple[str, ...] = ()
    tool_version: str = ""
    rules: str = ""  # of the vocabulary by which it reads

    def __post_init__(self) -> None:
        """Raise ValueError for what no run of ours says."""
        parse_utc(self.started)
        if self.mode not in ("full", "incremental") or not is_web_address(self.start_url):
            raise ValueError(f"no crawl of mode {self.mode[:40]!r} from {self.start_url[:200]!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStored(Event):
    """That the page which was answered last is stored, and where the traversal stands."""

    url: str  # where the page was found, after redirects
    fetched_at: str  # UTC, the WARC-Date of the answer
    kind: str = "listing"  # or "article"
    joined: bool = True  # of a listing: whether it is a part of what the traversal has read without a gap
    position: dict[str, Any] | None = None  # from where a later crawl could go on
    cost: dict[str, float | None] = field(default_factory=dict)  # the run's so far, see COST
    item_id: str | None = None  # of an article: the item that it was asked for
    status: str | None = None  # of an article: as in ArticleItem
    http_status: int | None = None  # of an article; None: nobody answered
    reason: str | None = None  # of an article that could not be had, or not be read


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEnded(Event):
    """That the list is read, while the run goes on with articles; the fields are as in `RunFinished`."""

    status: str  # "complete" or "partial"
    whole: bool = False
    tells_gone: bool = False
    list_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished(Event):
    """How a run ended; a run without this record was killed."""

    status: str
    message: str | None
    finished: str  # UTC
    pages: int  # stored, so many notes there are
    files: int
    whole: bool = False  # the list was read as a whole, so that what former crawls listed need not be kept
    tells_gone: bool = False  # what was on the list and was not seen is withdrawn
    list_url: str = ""  # the list's address, as the site spells it
    cost: dict[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRolled(Event):
    """That a file is full and the run goes on in another; the last record of a file that was rolled."""

    goes_on: str  # the name of the next file
    files: int  # how many the run has by then


_NAMES: dict[str, type[Event]] = {
    "run-begins": RunStarted,
    "page-stored": PageStored,
    "list-ends": ListEnded,
    "file-ends": FileRolled,
    "run-ends": RunFinished,
}


_TYPES = {kind: get_type_hints(kind) for kind in _NAMES.values()}


def target_of(note: Event) -> str:
    """Return the WARC-Target-URI of a note's record."""
    return _PREFIX + next(name for name, kind in _NAMES.items() if type(note) is kind)


def event_of(target: str, block: bytes) -> Event | None:
    """Return the note in a metadata record; None if the record is of another kind.

    Raises EventError if it should be one of ours and is not readable.
    """
    kind = _NAMES.get(target.removeprefix(_PREFIX)) if target.startswith(_PREFIX) else None
    if kind is None:
        return None
    try:
        values = json.loads(block)
        types = _TYPES[kind]
        return kind(**{name: convert(types[name], value) for name, value in values.items() if name in types})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise EventError(f"a note of a run that can't be read: {error}") from error
