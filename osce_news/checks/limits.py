"""What is wrong with the values of a page by themselves, without anything to compare them with."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from osce_news.items import NewsItem
from osce_news.normalize.vocabulary import fold, labels, vocabulary
from osce_news.site import HOME_URL

FEWEST = 5  # results among which "most" means something

# What is left of "&" and of letters beyond ASCII when a page is escaped or encoded once too often.
_ENTITY = re.compile(
    r"&(?:amp|lt|gt|quot|apos|nbsp|[a-z]{2,6}(?:acute|grave|uml|dash|quo|caron)|#x?[0-9a-f]+);", re.I
)
_GARBLED = re.compile(
    "[\u00c2-\u00c5\u00d0\u00d1][\u0080-\u00bf\u2010-\u203a\u0152-\u0178\u02c6\u02dc]|\u00e2[\u0080\u20ac]|\ufffd"
)
_REPLACED = re.compile(r"(?<=\w)\?+(?=\w)|(?<=\s)\?(?=\s)")
_CYRILLIC = re.compile("[Ѐ-ӿ]")
_RENAMES = 2  # names that the site may change at once
_LONGEST_NAME = 120  # letters; the longest seen has 95
_KINDS = {"offices": "Where we are", "topics": "What we do", "content_types": "Content type"}


Near = Callable[[], Sequence[NewsItem]]  # reads stored items of the time


class Finding(NamedTuple):
    """What fails a page: the label or thing, what it should be, what it is."""

    thing: str
    expected: str
    got: str


def find(records: Sequence[NewsItem], near: Near, url: str) -> Iterator[Finding | None]:
    """Yield what is odd about these records; None for each rule that is kept.

    `near` gives stored items of the time: what they show as well is no fault of the page.
    """
    yield _unreadable_dates(records)
    yield _against_datelines(records)
    yield from _foreign(records)
    yield _unknown_names(records, near, "offices", "Where we are")
    yield _unknown_names(records, near, "topics", "What we do")
    yield _elsewhere(records, near, url)
    yield _most(records, near, "title", "whole titles", lambda item: item.title.endswith(("...", "…")))
    yield _most(records, near, "teaser", "more than the title", lambda item: item.teaser == item.title)
    yield _labels_in_text(records)
    yield _new_label(records)
    yield _leftovers(records, near, "&", _ENTITY, "text without entities", _ampersand)
    yield _leftovers(records, near, "letters", _GARBLED, "text in its right encoding", _beyond_ascii)
    yield _leftovers(records, near, "letters", _REPLACED, "text in its right encoding", _questioning)
    yield _long_names(records)
    yield _another_script(records)
    yield _shared_addresses(records)
    yield _the_same(records, near, "title", "title")
    yield _the_same(records, near, "teaser", "teaser")


def _unreadable_dates(records: Sequence[NewsItem]) -> Finding | None:
    unreadable = [item.published_raw for item in records if item.published is None]
    if len(unreadable) < 3 or len(unreadable) * 5 <= len(records):
        return None
    return Finding(
        "Publishing date",
        "dates such as '15 March 2022'",
        f"{len(unreadable)} of {len(records)} in another form, such as {str(unreadable[0])[:60]!r}",
    )


def _against_datelines(records: Sequence[NewsItem]) -> Finding | None:
    """Datelines name the day of publishing, with few exceptions (274 of 286 real ones)."""
    both = [item for item in records if item.published and item.dateline_date]
    same = sum(item.published == item.dateline_date for item in both)
    few = 2 / 3 if len(both) >= 4 * FEWEST else 1 / 4
    if len(both) < FEWEST or same >= len(both) * few:
        return None
    return Finding(
        "Publishing date",
        "the same date as in the datelines of teasers, but for a few",
        f"{same or 'none'} of {len(both)}, such as {both[0].published} for {both[0].dateline_date}",
    )


def _foreign(records: Sequence[NewsItem]) -> Iterator[Finding | None]:
    """Values that the vocabulary knows as another label's: labels or values were swapped."""
    for kind, label in _KINDS.items():
        printed = [(name, names) for item in records if (names := _names(item, kind)) for name in names[:1]]
        foreign = [name for name, names in printed if any(_is_foreign(kind, one) for one in names)]
        if len(foreign) < 2 or len(foreign) * 5 <= len(printed):
            yield None
            continue
        yield Finding(
            label,
            f"names of {kind.replace('_', ' ')}",
            f"in {len(foreign)} of {len(printed)} results another label's, such as {foreign[0][:60]!r}",
        )


def _names(item: NewsItem, kind: str) -> list[str]:
    if kind == "content_types":
        return [item.content_type_raw] if item.content_type_raw and item.content_type is None else []
    terms = item.offices if kind == "offices" else item.topics
    return [term.raw for term in terms]


def _is_foreign(kind: str, name: str) -> bool:
    if vocabulary(kind).find(name) is not None:
        return False
    return any(vocabulary(other).find(name) is not None for other in _KINDS if other != kind)


def _unknown_names(records: Sequence[NewsItem], near: Near, name: str, label: str) -> Finding | None:
    """Many different names that nobody knows; a name or two that are new everywhere are a renaming."""
    printed = [terms for item in records if (terms := getattr(item, name))]
    unknown = [terms for terms in printed if all(term.id is None for term in terms)]
    if len({term.raw for terms in unknown for term in terms}) <= _RENAMES:
        return None
    if len(unknown) < FEWEST or len(unknown) * 2 <= len(printed):
        return None
    stored = [terms for item in near() if (terms := getattr(item, name))]
    if sum(all(term.id is None for term in terms) for terms in stored) * 4 > len(stored) > 0:
        return None  # the vocabulary has not the names of that language or time
    return Finding(
        label,
        f"{name} that are known",
        f"only others in {len(unknown)} of {len(printed)} results, such as {unknown[0][0].raw[:60]!r}",
    )


def _elsewhere(records: Sequence[NewsItem], near: Near, url: str) -> Finding | None:
    """Addresses of another site than the list's, where no stored items are either."""
    sites = {_site(url), _site(HOME_URL)}
    away = [site for item in records if (site := _site(item.url)) not in sites]
    away = [site for site in away if not site.endswith(tuple(f".{one}" for one in sites))]
    if len(away) < 3 or len(away) * 2 <= len(records):
        return None
    if sum(_site(item.url) in away for item in near()) >= FEWEST:
        return None
    return Finding("addresses", f"{_site(url)}, as the list's", f"{away[0]} in {len(away)} of {len(records)}")


def _site(url: str) -> str:
    return url.split("/", 3)[2].removeprefix("www.") if "//" in url else ""


def _most(
    records: Sequence[NewsItem], near: Near, thing: str, expected: str, odd: Callable[[NewsItem], bool]
) -> Finding | None:
    """Something that is odd in most of the records, and in few stored ones."""
    found = sum(map(odd, records))
    if found < FEWEST or found * 2 <= len(records) or sum(map(odd, near())) * 4 > len(near()) > 0:
        return None
    return Finding(f"{thing}s", expected, f"{found} of {len(records)} that are not")


@cache
def _label_words() -> list[str]:
    fields = labels().values()
    return [fold(text) for by_language in fields for texts in by_language.values() for text in texts]


def _labels_in_text(records: Sequence[NewsItem]) -> Finding | None:
    """Known labels inside titles or teasers: the labels were not told from the text."""
    found = []
    for item in records:
        text = f"{item.title} {item.teaser}".casefold()
        if ":" in text:
            found += [
                word for word in _label_words() if word in text and re.search(rf"{word}\s*[:：]", text)
            ][:1]
    if len(found) < 2 or len(found) * 4 <= len(records):
        return None
    label = Counter(found).most_common(1)[0][0].capitalize()
    return Finding(
        label, "labels beside the text", f"titles or teasers with it in {len(found)} of {len(records)}"
    )


_LEAD = re.compile(r"[^\W\d_][^:：.,!?()\n]{0,39}(?=\s*[:：]\s*\S)")


def _new_label(records: Sequence[NewsItem]) -> Finding | None:
    """The same words with a colon at the beginning of teasers: a label that nobody knows."""
    leads = Counter(match[0] for item in records if item.teaser and (match := _LEAD.match(item.teaser)))
    lead, count = leads.most_common(1)[0] if leads else ("", 0)
    if count < 2 or count * 4 <= len(records):
        return None
    return Finding(
        lead, "labels that are known", f"teasers that begin with it in {count} of {len(records)} results"
    )


def _leftovers(
    records: Sequence[NewsItem],
    near: Near,
    thing: str,
    pattern: re.Pattern[str],
    expected: str,
    applies: Callable[[str], bool],
) -> Finding | None:
    """Traces of a wrong decoding in most of the texts that could show them."""
    could = [text for item in records if applies(text := _text(item))]
    found = [match[0] for text in could if (match := pattern.search(text))]
    if len(found) < 2 or len(found) * 2 <= len(could):
        return None
    if sum(pattern.search(_text(item)) is not None for item in near()) * 50 > len(near()):
        return None  # the site does print such things at that time
    return Finding(thing, expected, f"{found[0]!r} and the like in {len(found)} of {len(records)} results")


def _text(item: NewsItem) -> str:
    # As printed, for cleaning takes some of the traces away; of stored items only the clean text is read.
    title, teaser = item.title_raw or item.title, item.teaser_raw or item.teaser or ""
    return f"{title} {teaser} {item.offices_raw or ''} {item.topics_raw or ''}"


def _ampersand(text: str) -> bool:
    return "&" in text


def _beyond_ascii(text: str) -> bool:
    return not text.isascii()


def _questioning(text: str) -> bool:
    return "?" in text


def _long_names(records: Sequence[NewsItem]) -> Finding | None:
    """Names that are sentences: what stands behind a value was taken for a part of it."""
    long = [
        term.raw
        for item in records
        for term in (*item.offices, *item.topics)
        if len(term.raw) > _LONGEST_NAME
    ]
    if len(long) < 2 or len(long) * 10 <= len(records):
        return None
    return Finding(
        "Where we are, What we do", "names", f"{len(long)} longer than any, such as {long[0][:60]!r}"
    )


def _another_script(records: Sequence[NewsItem]) -> Finding | None:
    """Titles that can't be in the language that the labels or the page declare."""
    russian = [item for item in records if item.language == "ru"]
    wrong = sum(_CYRILLIC.search(item.title) is None for item in russian)
    if wrong < 3 or wrong * 2 <= len(russian):
        return None
    return Finding("language", "titles in Russian", f"{wrong} of {len(russian)} without a Cyrillic letter")


def _shared_addresses(records: Sequence[NewsItem]) -> Finding | None:
    """One address for several titles: the results would be stored as one."""
    titles: dict[str, str] = {}
    wrong = sum(titles.setdefault(item.id, fold(item.title)) != fold(item.title) for item in records)
    if wrong < 2 or wrong * 5 <= len(records):
        return None
    return Finding(
        "addresses", "one for each item", f"the same for different titles in {wrong} of {len(records)}"
    )


def _the_same(records: Sequence[NewsItem], near: Near, field: str, thing: str) -> Finding | None:
    """One text for most results, which the items of the time do not share."""
    texts = Counter(value for value in {item.id: getattr(item, field) for item in records}.values() if value)
    text, count = texts.most_common(1)[0] if texts else ("", 0)
    if count < FEWEST or count * 2 <= len(records):
        return None
    if sum(getattr(item, field) == text for item in near()) >= FEWEST:
        return None
    return Finding(
        f"{thing}s", "one for each item", f"{str(text)[:60]!r} in {count} of {len(records)} results"
    )
