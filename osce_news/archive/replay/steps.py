"""What a recorded run did, step by step: its pages each with the note that it was stored, its ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus

from osce_news.archive import Capture
from osce_news.archive.parse import LISTING, PageRequest, page_kind
from osce_news.archive.reader.revisits import SERVER_NOT_MODIFIED
from osce_news.archive.replay.workers import Task
from osce_news.events import Event, FileRolled, ListEnded, PageStored, RunFinished


@dataclass(frozen=True, slots=True)
class Step:
    """A page that the run stored, with its capture if that is there; or one that it refused.

    With `end` it is how the run ended, with `files` how many files it has at least.
    """

    capture: Capture | None = None
    note: PageStored | None = None
    end: RunFinished | None = None
    list_end: ListEnded | None = None
    files: int = 0


def steps(contents: Iterable[Capture | Event]) -> Iterator[Task[Step]]:
    """Yield what the run did with its pages, in order, each with what is to be parsed for it.

    Answers that it did not store are left out: robots.txt, redirects, errors that were asked again. The
    last one may be what ended it.
    """
    last: Capture | None = None
    for one in contents:
        if isinstance(one, Capture):
            last = one
        elif isinstance(one, PageStored):
            capture = last if last is not None and _is_of(one, last) else None
            yield Step(capture, one), _to_parse(capture, one), PageRequest(one.kind, one.item_id)
            last = None
        elif isinstance(one, ListEnded):
            yield Step(list_end=one), None, None
        elif isinstance(one, FileRolled):
            yield Step(files=one.files), None, None
        elif isinstance(one, RunFinished):
            if last is not None and one.status in ("failed", "refused") and _may_be_listing(last):
                yield Step(last), last, PageRequest(LISTING)
            yield Step(end=one, files=one.files), None, None


def _to_parse(capture: Capture | None, note: PageStored) -> Capture | None:
    """Return the capture unless it is a listing of which the site said that it has not changed."""
    if capture is not None and capture.revisit == SERVER_NOT_MODIFIED and note.kind == LISTING:
        return None
    return capture


def _is_of(note: PageStored, capture: Capture) -> bool:
    url = note.url.partition("#")[0]
    return (capture.url, capture.fetched_at) == (url, note.fetched_at)


def _may_be_listing(capture: Capture) -> bool:
    return capture.status == HTTPStatus.OK and page_kind(capture.url) == LISTING
