"""The form of the rules of the checks, and the faults that they count; `limits` holds the rules.

A fault is a function that returns what is wrong with a record, for the message, or a false value if nothing
is. Some have a parameter: the function then returns the test. Short ones are in `limits`.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Hashable, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Generic, NamedTuple, TypeVar

from osce_news.items import Listing, NewsItem
from osce_news.normalize.identity import letters
from osce_news.normalize.vocabulary import vocabulary
from osce_news.urls import HOME_URL, same_site, site_host

OPENING = 40  # letters with which a text begins
_LONG_WORD = re.compile(r"\b[^\W\d_]{5}")  # its first letters, which its other forms share
# What letters beyond ASCII become when a page is encoded once too often.
MOJIBAKE = re.compile(
    "[\u00c2-\u00c5\u00d0\u00d1][\u0080-\u00bf\u2010-\u203a\u0152-\u0178\u02c6\u02dc]|\u00e2[\u0080\u20ac]|\ufffd"
)
# Begins with the sign itself, because beginning with the text before it is slower.
QUESTION_MARKS = re.compile(r"\?(?:(?<=\w\?)\?*(?=\w)|(?<=\s\?)(?=\s))")
CYRILLIC = re.compile("[\u0400-\u04ff]")
_WORDS_BEFORE_COLON = re.compile(r"[^\W\d_][^:\uff1a.,!?()\n]{0,39}(?=\s*[:\uff1a]\s*\S)")


class Finding(NamedTuple):
    """A failed check: the rule, the label that the message names, what was expected, and what was found."""

    rule: str
    label: str
    expected: str
    got: str


class Pair(NamedTuple):
    """An item as it is stored, and as the page shows it."""

    stored: NewsItem
    read: NewsItem

    @property
    def id(self) -> str:
        """The item's identifier."""
        return self.read.id


T = TypeVar("T", NewsItem, Pair)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The properties of the page that faults are compared with."""

    url: str
    day: str  # of its fetch
    latest: str  # the last plausible publishing date
    days: Counter[str | None]  # the number of results by publishing date
    titles: dict[str, str]  # the first title of each item
    is_dated: bool  # whether pages of this form print dates
    neighbour_dates: dict[str, list[str | None]]  # the dates of the results before and after each item
    after_gap: set[str]  # the items that follow a result without a teaser, and the first one
    title_words: dict[str, list[str]]  # the long words of each title that no other one has, by item
    teasers: str  # all teasers, in lower case
    texts: dict[str, str]  # the full texts on the page itself, by item
    openings: dict[str, str]  # the items with these texts, by how a text begins
    changed: Set[str]  # the items that are new, or differ from what is stored

    @classmethod
    def of(cls, page: Listing, days_ahead: int, changed: Set[str]) -> Context:
        """Return the context of a page; publishing dates may be `days_ahead` days after its fetch."""
        try:
            latest = (date.fromisoformat(page.fetched_at[:10]) + timedelta(days_ahead)).isoformat()
        except (ValueError, OverflowError):
            latest = "9999"
        titles = {item.id: item.title for item in reversed(page.records)}
        dates = [None, *(item.published for item in page.records), None]
        neighbour_dates = {item.id: dates[place : place + 3 : 2] for place, item in enumerate(page.records)}
        before = (None, *(item.teaser for item in page.records))
        after_gap = {item.id for teaser, item in zip(before, page.records, strict=False) if not teaser}
        words = {identifier: long_words(title) for identifier, title in titles.items()}
        counts = Counter(itertools.chain.from_iterable(words.values()))
        articles = {one.item_id: one.article for one in page.articles}
        texts = {item: one.text for item, one in articles.items() if one and one.text}
        openings = {first_letters(text): item for item, text in texts.items()}
        return cls(
            url=page.url,
            day=page.fetched_at[:10],
            latest=latest,
            days=Counter(item.published for item in page.records),
            titles=titles,
            is_dated="published_raw" in page.fields,
            neighbour_dates=neighbour_dates,
            after_gap=after_gap,
            title_words={item: [one for one in found if counts[one] == 1] for item, found in words.items()},
            teasers="\n".join(item.teaser or "" for item in page.records).casefold(),
            texts=texts,
            openings=openings,
            changed=changed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[T]):
    """Fails a page with at least `min_wrong` wrong records, if these are a larger share than `max_share`."""

    name: str
    label: str | None  # what the message names; None: the most common fault
    expected: str
    wrong_records: str  # how the message describes them
    fault: Callable[[T, Context], object]  # what is wrong with a record; false if nothing is
    applies_to: Callable[[T, Context], object] | None = None  # the records that count; None: all
    # Each groups the wrong records; a group with most of them does not count.
    apart: tuple[Callable[[T, Context], Hashable], ...] = ()
    min_wrong: int
    max_share: Fraction  # of the records that count
    min_distinct: int = 1  # with fewer different faults, the page passes
    most_common: bool = False  # only the most common fault is counted, once per item, also in stored items
    usual: Fraction | None = None  # the page passes if more stored items from that time have the fault
    reason: str

    def applicable(self, records: Sequence[T], page: Context) -> Sequence[T]:
        """Return the records that the rule applies to."""
        return records if self.applies_to is None else [one for one in records if self.applies_to(one, page)]

    def exceeded(self, wrong: int, records: int) -> bool:
        """Whether this number of wrong records, out of those that the rule applies to, fails a page."""
        return wrong >= self.min_wrong and wrong > self.max_share * records


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRule:
    """Fails a page that shows something less often than stored items of its time, unless by chance.

    `shows` returns None for an item to which the question does not apply. Items are compared with stored
    items of the same `group`. A count below `min_ratio` of the expected number is too low, if at least
    `min_results` results were counted, and more than `min_share` of the stored items show it. Only pages that
    print the raw `fields` are checked.
    """

    name: str
    label: str
    fields: tuple[str, ...] = ()
    shows: Callable[[NewsItem], bool | None]
    group: Callable[[NewsItem], Hashable] = lambda item: None
    min_ratio: float
    min_results: int
    min_share: float = 0.0  # of the stored items
    cards: bool = True  # whether it applies to lists of cards, which have short teasers
    reason: str


def long_words(text: str) -> set[str]:
    """Return the first five letters of each word that has as many, in lower case."""
    return set(_LONG_WORD.findall(text.casefold()))


def first_letters(text: str) -> str:
    """Return the first letters of a text, up to OPENING of them: enough to recognise it."""
    return letters(text[: 3 * OPENING])[:OPENING]


def has_value(name: str) -> Callable[[NewsItem, Context], object]:
    """Return a test of whether the item has this field."""
    return lambda item, _: getattr(item, name)


def has_both_dates(item: NewsItem, _: Context) -> object:
    """Whether the item has a publishing date and a date in its dateline."""
    return item.published and item.dateline_date


def date_unlike_dateline(item: NewsItem, _: Context) -> object:
    """Return the publishing date and the dateline's, if they differ."""
    return item.published != item.dateline_date and f"{item.published} for {item.dateline_date}"


def day_of_backlog(size: int) -> Callable[[NewsItem, Context], Hashable]:
    """Return a function that returns the publishing date, if fewer than `size` results have it.

    It returns None for a date before the dateline's, and for the day of the fetch, which may have been read
    as the date of all results.
    """

    def day(item: NewsItem, page: Context) -> Hashable:
        is_late = (item.dateline_date or "") < (item.published or "") != page.day
        return item.published if is_late and page.days[item.published] < size else None

    return day


def date_of_neighbour(item: NewsItem, page: Context) -> object:
    """Return the dateline's date if it is that of the result before or after, and not the item's."""
    other = item.dateline_date
    return other != item.published and other in page.neighbour_dates.get(item.id, ()) and other


def swapped_name(kind: str) -> Callable[[NewsItem, Context], object]:
    """Return a function that returns a name that is only known as one of another kind, if there is one."""
    others = [other for other in ("offices", "topics", "content_types") if other != kind]

    def swapped(item: NewsItem, _: Context) -> object:
        unknown = [term.raw for term in getattr(item, kind) if term.id is None]
        return next((name for name in unknown for other in others if vocabulary(other).find(name)), None)

    return swapped


def other_site(item: NewsItem, page: Context) -> object:
    """Return the address's host if it is neither on the list's site nor on the OSCE's."""
    if item.url.startswith(HOME_URL) or same_site(item.url, page.url) or same_site(item.url, HOME_URL):
        return None
    return site_host(item.url) or "none"


def title_in_one_case(item: NewsItem, _: Context) -> object:
    """Return the title if it has only capitals, or no capital where the script has some."""
    title = item.title
    return (title.isupper() or (title.islower() and title != title.title())) and title


def words_in_other_teasers(item: NewsItem, page: Context) -> object:
    """Return the title if teasers have such words of it, but not the item's teaser."""
    words, own = page.title_words[item.id], (item.teaser or "").casefold()
    in_others = not any(word in own for word in words) and any(word in page.teasers for word in words)
    return in_others and item.title


def words_before_colon(item: NewsItem, _: Context) -> object:
    """Return the words before the colon at the beginning of the teaser."""
    match = _WORDS_BEFORE_COLON.match(item.teaser or "")
    return match and match[0]


def matching(pattern: re.Pattern[str]) -> Callable[[NewsItem, Context], object]:
    """Return a function that returns what the pattern matches in an item's text."""
    return lambda item, _: (match := pattern.search(printed_text(item))) and match[0]


def printed_text(item: NewsItem) -> str:
    """Return title, teaser and names, as printed if known."""
    # Cleaning removes some of the faults. Stored items come with the clean text only.
    title, teaser = item.title_raw or item.title, item.teaser_raw or item.teaser or ""
    return f"{title} {teaser} {item.offices_raw or ''} {item.topics_raw or ''}"


def short_text(item: NewsItem, page: Context) -> object:
    """Return the full text if it is shorter than the teaser, by more than a sign of omission."""
    text = page.texts.get(item.id)
    return text is not None and len(text) + 20 < len(item.teaser or "") and text


def text_as_title(item: NewsItem, page: Context) -> object:
    """Return the title if it is longer than the teaser, and the full text begins with it."""
    if item.id not in page.texts or item.teaser is None or len(item.title) <= len(item.teaser):
        return None
    return letters(page.texts[item.id]).startswith(letters(item.title)) and item.title


def text_of_other(item: NewsItem, page: Context) -> object:
    """Return the teaser if it is the beginning of another item's full text, not of the item's."""
    opening = first_letters(item.teaser or "") if page.openings else ""
    is_other = len(opening) == OPENING and page.openings.get(opening, item.id) != item.id
    return is_other and first_letters(page.texts.get(item.id) or "") != opening and item.teaser


def had_value(name: str) -> Callable[[Pair, Context], object]:
    """Return a test of whether the stored item has this field."""
    return lambda pair, _: getattr(pair.stored, name)


def lost_value(name: str) -> Callable[[Pair, Context], object]:
    """Return a function that returns the stored value of this field, if the item as read lacks it."""
    return lambda pair, _: None if getattr(pair.read, name) else getattr(pair.stored, name)


def changed_title(pair: Pair, _: Context) -> object:
    """Return the title if it differs from the stored one in more than case and punctuation."""
    before, after = pair.stored.title, pair.read.title
    return before != after and letters(before) != letters(after) and after


def shortened_title(pair: Pair, _: Context) -> object:
    """Return the title if the stored one begins with it."""
    before, after = letters(pair.stored.title), letters(pair.read.title)
    return before != after and before.startswith(after) and pair.read.title


def days_moved(pair: Pair, _: Context) -> object:
    """Return by how many days the date is later than the stored one."""
    before, after = pair.stored.published, pair.read.published
    if not (before and after) or before == after:
        return None
    return f"{(date.fromisoformat(after) - date.fromisoformat(before)).days:+} days"


def has_among(name: str, *others: str) -> Callable[[NewsItem], bool | None]:
    """Return a test of whether an item has this field; it returns None if the others are empty."""

    def shows(item: NewsItem) -> bool | None:
        return getattr(item, name) is not None if any(getattr(item, other) for other in others) else None

    return shows


def first_office(item: NewsItem) -> str | None:
    """Return the identifier of the first office, or its name if it is unknown; None without offices."""
    return item.offices[0].id or item.offices[0].raw if item.offices else None
