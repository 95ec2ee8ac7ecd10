"""What can be wrong with one record, or with one item as stored and as read.

Each function returns what is wrong, to be quoted in the message, or something false if nothing is. How many
records may be wrong is in `limits`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from operator import attrgetter
from typing import NamedTuple
from urllib.parse import urlsplit

from osce_news.items import Listing, NewsItem
from osce_news.normalize.vocabulary import fold, labels, vocabulary, words
from osce_news.site import HOME_URL

# What is left of "&" and of letters beyond ASCII when a page is escaped or encoded once too often.
ENTITY = re.compile(
    r"&(?:amp|lt|gt|quot|apos|nbsp|[a-z]{2,6}(?:acute|grave|uml|dash|quo|caron)|#x?[0-9a-f]+);", re.I
)
MOJIBAKE = re.compile(
    "[\u00c2-\u00c5\u00d0\u00d1][\u0080-\u00bf\u2010-\u203a\u0152-\u0178\u02c6\u02dc]|\u00e2[\u0080\u20ac]|\ufffd"
)
QUESTION_MARKS = re.compile(r"(?<=\w)\?+(?=\w)|(?<=\s)\?(?=\s)")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LEAD = re.compile(r"[^\W\d_][^:\uff1a.,!?()\n]{0,39}(?=\s*[:\uff1a]\s*\S)")
_KINDS = ("offices", "topics", "content_types")


class Pair(NamedTuple):
    """An item as it is stored, and as the page shows it."""

    stored: NewsItem
    read: NewsItem


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of the page as a whole."""

    site: str  # the host of the list, without "www."
    latest: str  # the last day that can be a publishing date
    titles: dict[str, str]  # the first title of each item, folded

    @classmethod
    def of(cls, page: Listing, days_ahead: int) -> Context:
        """Return the context of a page; dates may be this many days after its fetch."""
        try:
            latest = (date.fromisoformat(page.fetched_at[:10]) + timedelta(days_ahead)).isoformat()
        except (ValueError, OverflowError):
            latest = "9999"
        titles = {item.id: fold(item.title) for item in reversed(page.records)}
        return cls(_site(page.url), latest, titles)


def unreadable_date(item: NewsItem, _: Context) -> object:
    """Return the printed date, if it is not understood."""
    return item.published is None and (item.published_raw or "none")


def future_date(item: NewsItem, page: Context) -> object:
    """Return the date, if it lies too far ahead."""
    return item.published is not None and item.published > page.latest and item.published


def both_dates(item: NewsItem) -> object:
    """Whether the item has a publishing date and a dateline with one."""
    return item.published and item.dateline_date


def not_dateline(item: NewsItem, _: Context) -> object:
    """Return both dates, if they differ."""
    return item.published != item.dateline_date and f"{item.published} for {item.dateline_date}"


def has_names(kind: str) -> Callable[[NewsItem], object]:
    """Return a function: whether an item has names of this kind."""
    return (lambda item: _names(item, kind)) if kind == "content_types" else attrgetter(kind)


def swapped_name(kind: str) -> Callable[[NewsItem, Context], object]:
    """Return a function that returns the first name, if any name is known as one of another kind."""
    others = [other for other in _KINDS if other != kind]

    def swapped(item: NewsItem, _: Context) -> object:
        names = _names(item, kind)
        unknown = [name for name in names if not vocabulary(kind).find(name)]
        return any(vocabulary(other).find(name) for name in unknown for other in others) and names[0]

    return swapped


def unknown_names(kind: str) -> Callable[[NewsItem, Context], object]:
    """Return a function that returns the names, if the vocabulary has none of them."""

    def unknown(item: NewsItem, _: Context) -> object:
        terms = item.offices if kind == "offices" else item.topics
        return tuple(term.raw for term in terms) if all(term.id is None for term in terms) else ()

    return unknown


def _names(item: NewsItem, kind: str) -> Sequence[str]:
    """Return the printed names of a kind; a content type only if it is not known."""
    if kind == "content_types":
        return [item.content_type_raw] if item.content_type_raw and item.content_type is None else []
    return [term.raw for term in (item.offices if kind == "offices" else item.topics)]


def other_site(item: NewsItem, page: Context) -> object:
    """Return the site of the address, if it is neither the list's nor a part of it."""
    there, sites = _site(item.url), (page.site, _site(HOME_URL))
    return there not in sites and not there.endswith(tuple(f".{one}" for one in sites)) and (there or "none")


def cut_title(item: NewsItem, _: Context) -> object:
    """Return the title, if it ends with dots."""
    return item.title.endswith(("...", "…")) and item.title


def title_as_teaser(item: NewsItem, _: Context) -> object:
    """Return the title, if it is the teaser too."""
    return item.teaser == item.title and item.title


def label_in_text(item: NewsItem, _: Context) -> object:
    """Return the known label that occurs with a colon in the title or teaser."""
    text = f"{item.title} {item.teaser}".casefold()
    if ":" not in text:
        return None
    inside = (word for word in _label_words() if word in text and re.search(rf"{word}\s*[:\uff1a]", text))
    return next(inside, "").capitalize()


def lead(item: NewsItem, _: Context) -> object:
    """Return the words before a colon at the beginning of the teaser."""
    match = _LEAD.match(item.teaser or "")
    return match and match[0]


def trace(pattern: re.Pattern[str]) -> Callable[[NewsItem, Context], object]:
    """Return a function that returns what the pattern finds in the text of an item."""
    return lambda item, _: (match := pattern.search(text(item))) and match[0]


def text(item: NewsItem) -> str:
    """Return title, teaser and names."""
    # As printed, as cleaning removes some traces; of stored items only the clean text is read.
    title, teaser = item.title_raw or item.title, item.teaser_raw or item.teaser or ""
    return f"{title} {teaser} {item.offices_raw or ''} {item.topics_raw or ''}"


def long_name(length: int) -> Callable[[NewsItem, Context], object]:
    """Return a function that returns the first office or topic of more characters."""
    return lambda item, _: next(
        (term.raw for term in (*item.offices, *item.topics) if len(term.raw) > length), None
    )


def no_cyrillic(item: NewsItem, _: Context) -> object:
    """Return the title, if it has no Cyrillic letter."""
    return not _CYRILLIC.search(item.title) and item.title


def second_title(item: NewsItem, page: Context) -> object:
    """Return the title, if the page gave the item another one before."""
    return page.titles.get(item.id) != fold(item.title) and item.title


def had(name: str) -> Callable[[Pair], object]:
    """Return a function: whether this field is stored of an item."""
    return lambda pair: getattr(pair.stored, name)


def lost(name: str) -> Callable[[Pair, Context], object]:
    """Return a function: whether this field of an item is not there any more."""
    return lambda pair, _: not getattr(pair.read, name)


def other_title(pair: Pair, _: Context) -> object:
    """Return the title, if it was another one."""
    before, after = pair.stored.title, pair.read.title
    return before != after and fold(before) != fold(after) and after


def other_date(pair: Pair, _: Context) -> object:
    """Return the date, if it was another one."""
    before, after = ((one.published or one.published_raw) for one in pair)
    return before != after and (after or "none")


def other_teaser(pair: Pair, _: Context) -> object:
    """Return the teaser, if it was another one."""
    before, after = pair.stored.teaser, pair.read.teaser
    return before and after and before != after and fold(before) != fold(after) and after


def other_host(pair: Pair, _: Context) -> object:
    """Return the host of the address, if it was another one."""
    if pair.stored.url == pair.read.url:
        return None
    before, after = (urlsplit(one.url).hostname for one in pair)
    return before != after and (after or "none")


def other_language(pair: Pair, _: Context) -> object:
    """Return the language, if the same title was stored in another one."""
    stored, read = pair
    return stored.language != read.language and stored.title == read.title and (read.language or "none")


def _site(url: str) -> str:
    return url.split("/", 3)[2].removeprefix("www.") if "//" in url else ""


@cache
def _label_words() -> list[str]:
    return [word for field in labels() for word in words(f"fields.{field}")]
