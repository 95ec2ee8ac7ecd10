"""The outcomes of damaged pages: caught, right, fewer, or wrong."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from osce_news.checks import check_against
from osce_news.checks.neighbours import read_neighbours
from osce_news.checks.page_checks import findings
from osce_news.errors import ChallengePageError, LayoutError
from osce_news.items import Listing, NewsItem
from osce_news.storage import Writer
from osce_news.storage.ingest.matching import identify
from osce_news.storage.ingest.readings import records_by_id
from osce_news.urls import HOME_URL, newest_first
from tests.damage.mutation import Mutation
from tests.damage.sound import Sound, SoundAnswer
from tests.helpers import listing, page_of
from tests.newsroom.stories import make_stories

CAUGHT, RIGHT, FEWER, WRONG = OUTCOMES = ("caught", "right", "fewer", "wrong")
# What the database holds when the page is read: nothing, other items of the time, or the page's items too.
SCENARIOS = ("empty", "new", "known")

_FIELDS = (
    "url",
    "title",
    "published",
    "content_type",
    "offices",
    "topics",
    "collections_raw",
    "teaser",
    "language",
    "dateline_date",
    "text",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a damaged page, and why; `rules` are those that kept wrong data out."""

    kind: str
    why: str
    rules: frozenset[str] = frozenset()


class Databases:
    """The databases of the scenarios, each made when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple[str, str], sqlite3.Connection] = {}
        self._numbers = itertools.count()

    def of(self, scenario: str, page: Sound) -> sqlite3.Connection:
        """Return a connection to the database of the scenario."""
        key = (scenario, page.name if scenario == "known" else type(page).__name__)
        if key not in self._made:
            self._made[key] = self._make(scenario, page)
        return self._made[key]

    def close(self) -> None:
        """Close the databases."""
        for connection in self._made.values():
            connection.close()

    def _make(self, scenario: str, page: Sound) -> sqlite3.Connection:
        path = self._folder / f"{next(self._numbers)}.db"
        with Writer(path) as writer:
            writer.begin("replay")
            if scenario != "empty":
                if scenario == "known":
                    self.of("new", page).backup(writer.connection)
                else:
                    _fill(writer, page)
            if scenario == "known":
                writer.begin("replay")
                writer.store(sound_item(page))
        connection = sqlite3.connect(path, isolation_level=None)
        connection.row_factory = sqlite3.Row
        return connection


@contextmanager
def databases() -> Iterator[Databases]:
    """Yield the databases, in a temporary folder."""
    with TemporaryDirectory() as folder:
        made = Databases(Path(folder))
        try:
            yield made
        finally:
            made.close()


def _fill(writer: Writer, page: Sound) -> None:
    """Store 300 items that are older than those of the undamaged pages, as this page's source shows them."""
    stories, at = make_stories(400)[100:], "2025-12-01T00:00:00Z"
    for start in range(0, len(stories), 50):
        of_page = stories[start : start + 50]
        is_answer = isinstance(page, SoundAnswer)
        writer.store(page_of(page.shows(of_page), at, page.url) if is_answer else listing(of_page, at=at))


@cache
def sound_item(page: Sound) -> Listing:
    """Return the undamaged page as the writer gets it."""
    return page_of(page.html, at=page.fetched_at, url=page.url)


def outcomes(page: Sound, mutation: Mutation, made: Databases) -> dict[str, Outcome]:
    """Return the outcome of the damaged page in each scenario; empty if the page is not damaged."""
    html = mutation.apply(page)
    if html in (None, page.html):
        return {}
    try:
        item = page_of(html, at=page.fetched_at, url=page.url)
    except (LayoutError, ChallengePageError) as error:
        return dict.fromkeys(SCENARIOS, Outcome(CAUGHT, str(error)))
    return {scenario: _outcome(item, page, mutation, made.of(scenario, page)) for scenario in SCENARIOS}


def _outcome(item: Listing, page: Sound, mutation: Mutation, connection: sqlite3.Connection) -> Outcome:
    records = [replace(record) for record in item.records]
    ids_read = [record.id for record in records]
    item = replace(item, records=records, quarantined=list(item.quarantined))
    identify(connection, item, lambda row: False)
    known = {record.id: record.url for record in sound_item(page).records}
    for record, before in zip(records, ids_read, strict=True):
        if record.id != before:  # recognised by its values, so it has one more address
            record.url = known.get(record.id, record.url)
    caught, found = refused(item, connection), judged(item, sound_item(page), mutation)
    if caught is None or found.kind != WRONG:
        return caught or found
    broken = findings(item, read_neighbours(connection, item), newest_first=newest_first(item.url))
    return replace(caught, rules=frozenset(finding.rule for finding in broken if finding))


def refused(item: Listing, connection: sqlite3.Connection) -> Outcome | None:
    """Return the outcome if the checks catch the page, else None."""
    try:
        check_against(item, read_neighbours(connection, item), newest_first=newest_first(item.url))
    except LayoutError as error:
        return Outcome(CAUGHT, str(error))
    return None


def judged(item: Listing, truth: Listing, mutation: Mutation) -> Outcome:
    """Return the outcome of what would be stored of a damaged page, compared with the undamaged page."""
    read, true = records_by_id(item.records), records_by_id(truth.records)
    if strangers := [one for one in read if one not in true]:
        return Outcome(WRONG, f"{len(strangers)} items that the sound page has not: {strangers[0]}")
    lost: dict[str, int] = dict.fromkeys(_FIELDS, 0)
    addresses = {(one.id, url) for one in truth.records for url in (one.url, f"{HOME_URL}node/{one.id}")}
    texts, true_texts = _texts(item), _texts(truth)
    for identifier, record in read.items():
        for name in _FIELDS:
            got, expected = _value(record, name, texts), _value(true[identifier], name, true_texts)
            if not got and _printed_in(name) not in item.fields:
                continue  # this kind of page does not print it; the stored value stays
            if got == expected or (name == "url" and (identifier, got) in addresses):
                continue
            if got and not _is_part(got, expected):
                return Outcome(WRONG, f"{name} of {identifier}: {got!r:.80} for {expected!r:.80}")
            lost[name] += 1
    return _less(len(read), true, lost, len(item.quarantined), fewer=mutation.fewer)


def _printed_in(name: str) -> str:
    """Return the raw field from which a value is made."""
    return {"dateline_date": "teaser_raw"}.get(name, f"{name.removesuffix('_raw')}_raw")


def _less(
    read: int, true: dict[str, NewsItem], lost: dict[str, int], quarantined: int, *, fewer: bool
) -> Outcome:
    few = max(1, len(true) // 10)
    gone = len(true) - read
    most = max(lost.values())
    if most > few and not fewer:
        return Outcome(WRONG, f"{most} of {len(true)} without {max(lost, key=lost.__getitem__)}")
    if gone > quarantined and not fewer:
        return Outcome(WRONG, f"{gone} of {len(true)} results lost, {quarantined} quarantined")
    if gone or most:
        return Outcome(FEWER, f"{gone} results less, {quarantined} quarantined, {most} values less")
    return Outcome(RIGHT, "")


def _is_part(got: object, expected: object) -> bool:
    """Whether the names are some of the expected ones, and no others."""
    return isinstance(got, list) and isinstance(expected, list) and set(got) < set(expected)


def _texts(page: Listing) -> dict[str, str | None]:
    """Return the full texts on a page, by item."""
    return {one.item_id: one.article.text for one in page.articles if one.article}


def _value(record: NewsItem, name: str, texts: dict[str, str | None]) -> object:
    if name == "text":
        return texts.get(record.id)
    value = getattr(record, name)
    if name in ("offices", "topics"):
        return [term.id or term.raw for term in value]
    if name == "content_type":
        return value or record.content_type_raw
    return value


def tally(found: Sequence[Outcome]) -> dict[str, int]:
    """Return the number of outcomes of each kind."""
    return {kind: sum(one.kind == kind for one in found) for kind in OUTCOMES}
