"""The events of a run: a crawl applies them to the database and archives them, and a replay repeats them.

Responses alone do not show the mode and options of a crawl, which pages it stored, and how it ended. In an
archive each event is a metadata record (WARC 1.1, 6.6) with a JSON object. Readers ignore unknown names, so
later versions may add some.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from osce_news.clock import parse_utc
from osce_news.items import ArticleStatus
from osce_news.normalize import is_web_address
from osce_news.serialize import convert, loads

CONTENT_TYPE = "application/json"
CRAWL_MODES = ("full", "incremental", "articles")


class EventError(ValueError):
    """The record is not a valid event."""


@dataclass(frozen=True, slots=True)
class Cost:
    """The counters of a run so far; they have the same names in the summary."""

    requests: int = 0
    bytes: int = 0
    retries: int = 0
    back_offs: int = 0
    waited_s: float = 0.0
    smallest_gap_s: float | None = None
    articles_left: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base class of the events; `serialize.to_json` writes one, `parse_event` reads it."""

    TARGET: ClassVar[str]  # the WARC-Target-URI of its record


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(Event):
    """A run began. Its record follows the warcinfo record of the run's first file."""

    TARGET = "osce-news:run-begins"
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
    # By archive: how many pages each killed run had stored.
    killed_pages: dict[str, int] = field(default_factory=dict)
    # Runs in `killed_pages` for which the end of their list was not stored. Only in archives from before list
    # and articles became two runs.
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

    TARGET = "osce-news:page-stored"
    url: str  # of the page, after redirects
    fetched_at: str  # UTC, the WARC-Date of the response
    kind: str = "listing"  # or "article"
    joined: bool = True  # whether a list page continues the earlier ones without a gap
    position: dict[str, Any] | None = None  # where a later crawl can resume
    cost: Cost | None = None
    item_id: str | None = None  # of an article: the item
    status: ArticleStatus | None = None  # of an article
    http_status: int | None = None  # of an article; None if there was no response
    reason: str | None = None  # of an article that could not be fetched or read


@dataclass(frozen=True, slots=True, kw_only=True)
class PageNotStored(Event):
    """The page of the previous `PageStored` was not stored, because the database could not be written."""

    TARGET = "osce-news:page-not-stored"
    url: str
    fetched_at: str  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEnded(Event):
    """The list was read, and the same run continued with articles.

    Found only in archives made before list and articles became two runs. The fields are as in `RunFinished`.
    """

    TARGET = "osce-news:list-ends"
    status: str  # "complete" or "partial"
    whole: bool = False
    withdraws: bool = False
    list_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished(Event):
    """A run ended; a run without this event was killed."""

    TARGET = "osce-news:run-ends"
    status: str
    message: str | None
    finished: str  # UTC
    pages: int  # the number of PageStored events
    files: int
    whole: bool = False  # whether the whole list was read
    withdraws: bool = False  # whether items that are no longer on the list are withdrawn
    only_if_page_gone: bool = False  # only those whose own pages are gone; older versions withdrew all
    list_url: str = ""  # the list's address as the site spells it
    cost: Cost | None = None
    # "complete" if the list was read to its end although `status` is another: pages were held, or the run was
    # interrupted or failed while it requested items' own pages.
    list_status: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRolled(Event):
    """A file is full and the run continues in another; this is the last record of the full file."""

    TARGET = "osce-news:file-ends"
    next_file: str  # its name
    files: int  # of the run so far


_KINDS: dict[str, type[Event]] = {
    kind.TARGET: kind for kind in (RunStarted, PageStored, PageNotStored, ListEnded, RunFinished, FileRolled)
}
# The names of fields in older archives.
_FORMER = {
    "tells_gone": "withdraws",
    "asked": "only_if_page_gone",
    "goes_on": "next_file",
    "held": "killed_pages",
}


def parse_event(target: str, block: bytes) -> Event | None:
    """Return the event in a metadata record; None if the record is of another kind.

    Raises EventError if the record has the name of an event but no valid content.
    """
    if target not in _KINDS:
        return None
    try:
        values = {_FORMER.get(name, name): value for name, value in loads(block).items()}
        event: Event = convert(_KINDS[target], values)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise EventError(f"a record {target!r} that is no event of a run") from error
    return event
