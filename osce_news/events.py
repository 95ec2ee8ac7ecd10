"""The events of a run: a crawl applies them to the database and archives them, and a replay repeats them.

Responses alone do not show the mode and options of a crawl, which pages it stored, and how it ended. In an
archive each event is a metadata record (WARC 1.1, 6.6) with a JSON object. Readers ignore unknown names, so
later versions may add some.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_type_hints

from osce_news.clock import parse_utc
from osce_news.normalize import is_web_address
from osce_news.serialize import convert, loads

CONTENT_TYPE = "application/json"
CRAWL_MODES = ("full", "incremental", "articles")
_PREFIX = "osce-news:"
# The counters of a run that `cost` may contain; they have the same names in the summary.
COST: dict[str, Any] = {
    "requests": int, "bytes": int, "retries": int, "back_offs": int, "waited_s": float,
    "smallest_gap_s": float | None, "articles_left": int,
}  # fmt: skip


class EventError(ValueError):
    """The record is not a valid event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base class of the events; `serialize.to_json` writes one, `parse_event` reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(Event):
    """A run began. Its record follows the warcinfo record of the run's first file."""

    run: int  # its number in the database
    mode: str  # one of CRAWL_MODES
    source: str = "list"  # or "search", or "page" if mode is "articles"
    started: str  # UTC
    start_url: str
    list: str  # the list's address without page, size and order, and the limits of the run
    since: str | None = None
    until: str | None = None
    accept: bool = False  # whether pages were stored even if they failed the checks
    options: dict[str, Any] = field(default_factory=dict)  # all others, for information
    after: str | None = None  # the archive of the previous run; None if it was not recorded
    continues: int | None = None  # the number of the unfinished run that it resumes
    continues_archive: str | None = None  # the archive of that run; None if it was not recorded
    position: dict[str, Any] | None = None  # the last position of that run
    held: dict[str, int] = field(default_factory=dict)  # how many pages killed runs had stored, by archive
    # Runs in `held` for which the end of their list was not stored. Only in archives from before list and
    # articles became two runs.
    unsettled: tuple[str, ...] = ()
    tool_version: str = ""
    rules: str = ""  # the fingerprint of vocabulary and rules

    def __post_init__(self) -> None:
        """Raise ValueError if the values are not those of a crawl."""
        parse_utc(self.started)
        if self.mode not in CRAWL_MODES or not is_web_address(self.start_url):
            raise ValueError(f"no crawl of mode {self.mode[:40]!r} from {self.start_url[:200]!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStored(Event):
    """The page of the last response, a list page or an article, was stored or held.

    A replay checks the page again, and holds it if it fails.
    """

    url: str  # of the page, after redirects
    fetched_at: str  # UTC, the WARC-Date of the response
    kind: str = "listing"  # or "article"
    joined: bool = True  # whether a list page continues the earlier ones without a gap
    position: dict[str, Any] | None = None  # where a later crawl can resume
    cost: dict[str, float | None] = field(default_factory=dict)  # of the run so far, see COST
    item_id: str | None = None  # of an article: the item
    status: str | None = None  # of an article: as in ArticleItem
    http_status: int | None = None  # of an article; None if there was no response
    reason: str | None = None  # of an article that could not be fetched or read

    def __post_init__(self) -> None:
        """Raise TypeError if a counter is not a number."""
        _check_cost(self.cost)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageNotStored(Event):
    """The page of the previous `PageStored` was not stored, because the database could not be written."""

    url: str
    fetched_at: str  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEnded(Event):
    """The list was read, and the same run continued with articles.

    Found only in archives made before list and articles became two runs. The fields are as in `RunFinished`.
    """

    status: str  # "complete" or "partial"
    whole: bool = False
    withdraws: bool = False
    list_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished(Event):
    """A run ended; a run without this event was killed."""

    status: str
    message: str | None
    finished: str  # UTC
    pages: int  # the number of PageStored events
    files: int
    whole: bool = False  # whether the whole list was read
    withdraws: bool = False  # whether items that are no longer on the list are withdrawn
    only_if_page_gone: bool = False  # only those whose own pages are gone; older versions withdrew all
    list_url: str = ""  # the list's address as the site spells it
    cost: dict[str, float | None] = field(default_factory=dict)
    list_status: str | None = None  # "complete" if the list was read to its end, and only pages were held

    def __post_init__(self) -> None:
        """Raise TypeError if a counter is not a number."""
        _check_cost(self.cost)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRolled(Event):
    """A file is full and the run continues in another; this is the last record of the full file."""

    next_file: str  # its name
    files: int  # of the run so far


_NAMES: dict[str, type[Event]] = {
    "run-begins": RunStarted,
    "page-stored": PageStored,
    "page-not-stored": PageNotStored,
    "list-ends": ListEnded,
    "file-ends": FileRolled,
    "run-ends": RunFinished,
}
_TYPES = {kind: get_type_hints(kind) for kind in _NAMES.values()}
# The names of fields in older archives.
_FORMER = {"tells_gone": "withdraws", "asked": "only_if_page_gone", "goes_on": "next_file"}


def _check_cost(cost: Mapping[str, float | None]) -> None:
    for name in cost.keys() & COST.keys():
        convert(COST[name], cost[name])


def target_uri(event: Event) -> str:
    """Return the WARC-Target-URI of an event's record."""
    return _PREFIX + next(name for name, kind in _NAMES.items() if type(event) is kind)


def parse_event(target: str, block: bytes) -> Event | None:
    """Return the event in a metadata record; None if the record is of another kind.

    Raises EventError if the record has the name of an event but no valid content.
    """
    kind = _NAMES.get(target.removeprefix(_PREFIX)) if target.startswith(_PREFIX) else None
    if kind is None:
        return None
    try:
        values = {_FORMER.get(name, name): value for name, value in loads(block).items()}
        types = _TYPES[kind]
        return kind(**{name: convert(types[name], value) for name, value in values.items() if name in types})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise EventError(f"an event of a run that can't be read: {error}") from error
