"""The faults that the rules of the checks count.

Each is a function that returns what is wrong with a record, for the message, or a false value if nothing is.
Some have a parameter: the function then returns the test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from datetime import date

from osce_news.checks.rules import OPENING, Context, Pair, first_letters, long_words
from osce_news.items import NewsItem
from osce_news.normalize.identity import letters
from osce_news.normalize.vocabulary import fold, vocabulary
from osce_news.urls import HOME_URL, same_site, site_host

# What letters beyond ASCII become when a page is encoded once too often.
MOJIBAKE = re.compile(
    "[\u00c2-\u00c5\u00d0\u00d1][\u0080-\u00bf\u2010-\u203a\u0152-\u0178\u02c6\u02dc]|\u00e2[\u0080\u20ac]|\ufffd"
)
# Begins with the sign itself: quicker than with what stands before it.
QUESTION_MARKS = re.compile(r"\?(?:(?<=\w\?)\?*(?=\w)|(?<=\s\?)(?=\s))")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_WORDS_BEFORE_COLON = re.compile(r"[^\W\d_][^:\uff1a.,!?()\n]{0,39}(?=\s*[:\uff1a]\s*\S)")


def unreadable_date(item: NewsItem, page: Context) -> object:
    """Return the printed date if it is not understood."""
    return item.published is None and page.is_dated and (item.published_raw or "none")


def future_date(item: NewsItem, page: Context) -> object:
    """Return the date if it is too far in the future."""
    return item.published is not None and item.published > page.latest and item.published


def has_value(name: str) -> Callable[[NewsItem, Context], object]:
    """Return a test of whether the item has this field."""
    return lambda item, _: getattr(item, name)


def has_both_dates(item: NewsItem, _: Context) -> object:
    """Whether the item has a publishing date and a date in its dateline."""
    return item.published and item.dateline_date


def date_unlike_dateline(item: NewsItem, _: Context) -> object:
    """Return the publishing date and the dateline's, if they differ."""
    return item.published != item.dateline_date and f"{item.published} for {item.dateline_date}"


def office(item: NewsItem, _: Context) -> Hashable:
    """Return the first office."""
    return first_office(item)


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


def unknown_topics(item: NewsItem, _: Context) -> object:
    """Return the topics if the vocabulary has none of them."""
    return tuple(term.raw for term in item.topics) if all(term.id is None for term in item.topics) else ()


def name_without_letter(item: NewsItem, _: Context) -> object:
    """Return the first office without a letter in its name."""
    return next((term.raw for term in item.offices if not any(map(str.isalpha, term.raw))), None)


def other_site(item: NewsItem, page: Context) -> object:
    """Return the address's host if it is neither on the list's site nor on the OSCE's."""
    if same_site(item.url, page.url) or same_site(item.url, HOME_URL):
        return None
    return site_host(item.url) or "none"


def cut_title(item: NewsItem, _: Context) -> object:
    """Return the title if it ends with an ellipsis."""
    return item.title.endswith(("...", "…")) and item.title


def title_in_one_case(item: NewsItem, _: Context) -> object:
    """Return the title if it has only capitals, or no capital where the script has some."""
    title = item.title
    return (title.isupper() or (title.islower() and title != title.title())) and title


def no_teaser_after_one(item: NewsItem, page: Context) -> object:
    """Whether the item has no teaser, and the result before has one."""
    return item.teaser is None and item.id in page.after_teaser


def title_as_teaser(item: NewsItem, _: Context) -> object:
    """Return the title if the teaser is the same."""
    return item.teaser == item.title and item.title


def has_words_and_teaser(item: NewsItem, page: Context) -> object:
    """Whether the title has words that no other title has, and the item has a teaser."""
    return item.teaser and page.title_words.get(item.id)


def words_in_other_teasers(item: NewsItem, page: Context) -> object:
    """Return the title if teasers have such words of it, but not the item's teaser."""
    words = page.title_words[item.id]
    in_others = words.isdisjoint(long_words(item.teaser or "")) and not words.isdisjoint(page.teaser_words)
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


def long_name(length: int) -> Callable[[NewsItem, Context], object]:
    """Return a function that returns the first office or topic with more than `length` characters."""
    return lambda item, _: next(
        (term.raw for term in (*item.offices, *item.topics) if len(term.raw) > length), None
    )


def no_cyrillic(item: NewsItem, _: Context) -> object:
    """Return the title if it has no Cyrillic letter."""
    return not _CYRILLIC.search(item.title) and item.title


def shared_address(item: NewsItem, page: Context) -> object:
    """Return the title if an earlier result with the same address has another one."""
    return page.titles.get(item.id) != fold(item.title) and item.title


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
