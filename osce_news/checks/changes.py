"""What changed in the items of a page that are stored already: some may, most do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from urllib.parse import urlsplit

from osce_news.checks.limits import Finding
from osce_news.items import NewsItem, Term
from osce_news.normalize.vocabulary import fold

_FEWEST = 3  # items that have to differ before a page is doubted
_RENAMES = 2  # names that the site may change at once for all items

Pair = tuple[NewsItem, NewsItem]  # as stored, as read


@dataclass(frozen=True, slots=True)
class _Field:
    """A field, the visible thing that it comes from, and how many items may differ in it at once."""

    name: str
    thing: str
    differs: Callable[[NewsItem, NewsItem], bool]
    most: float


def find(records: Sequence[NewsItem], known: Mapping[str, NewsItem]) -> Iterator[Finding | None]:
    """Yield what is gone from or different in most of the stored items; None for each rule kept."""
    pairs = [(known[item.id], item) for item in records if item.id in known]
    # A page in another language says the same in other words.
    same_language = [(old, new) for old, new in pairs if old.language == new.language]
    for name, label in _LABELS.items():
        yield _gone(same_language, name, label)
    for one in _FIELDS:
        yield _changed(same_language, one)
    yield _relabelled(same_language, "types", "Content type")
    yield _relabelled(same_language, "offices", "Where we are")
    yield _relabelled(same_language, "topics", "What we do")
    yield _other_language(pairs)


_LABELS = {
    "content_type_raw": "Content type",
    "offices_raw": "Where we are",
    "topics_raw": "What we do",
    "teaser": "teaser",
}


def _gone(pairs: Sequence[Pair], name: str, label: str) -> Finding | None:
    had = [new for old, new in pairs if getattr(old, name)]
    lost = sum(not getattr(new, name) for new in had)
    if lost < _FEWEST or lost * 2 <= len(had):
        return None
    return Finding(label, f"it in {len(had)} results, where these items had it", f"{lost} without it")


def _changed(pairs: Sequence[Pair], field: _Field) -> Finding | None:
    changed = sum(field.differs(old, new) for old, new in pairs)
    if changed < _FEWEST or changed <= len(pairs) * field.most:
        return None
    return Finding(
        field.thing,
        "what is stored of these items",
        f"another {field.name} in {changed} of {len(pairs)}",
    )


def _relabelled(pairs: Sequence[Pair], name: str, label: str) -> Finding | None:
    """Other names behind a label, unless the site has given a thing a new name.

    An editor adds a topic or takes one away; wholly other names in many items belong to other items.
    """
    swaps: Counter[tuple[frozenset[str], frozenset[str]]] = Counter()
    stored: set[str] = set()
    others = gained = lost = 0
    for old, new in pairs:
        before, after = _names(old, name), _names(new, name)
        stored |= before
        if before and after and before != after:
            swaps[(before - after, after - before)] += 1
            others += before.isdisjoint(after)
        gained += bool(after and not before)
        lost += bool(before and not after)
    if _is_renaming(list(swaps), stored):
        return None
    changed, labelled = sum(swaps.values()), sum(bool(_names(old, name)) for old, _ in pairs)
    moved = others + 2 * min(gained, lost)
    if max(changed, moved) < _FEWEST or (changed * 2 <= labelled and moved * 4 <= len(pairs)):
        return None
    return Finding(
        label,
        "what is stored of these items",
        f"other {name} in {max(changed, moved)} of {len(pairs)}",
    )


def _is_renaming(swaps: Sequence[tuple[frozenset[str], frozenset[str]]], stored: Set[str]) -> bool:
    """Whether a name or two became new ones, each old name one new name."""
    return (
        0 < len(swaps) <= _RENAMES
        and len({after for _, after in swaps}) == len(swaps)
        and not any(after & stored for _, after in swaps)
    )


def _names(item: NewsItem, name: str) -> frozenset[str]:
    """Return the names by their meaning, or as printed if nobody knows them."""
    if name == "types":
        return frozenset(one for one in [item.content_type or item.content_type_raw] if one)
    terms: Sequence[Term] = getattr(item, name)
    return frozenset(term.id or fold(term.raw) for term in terms)


def _other_language(pairs: Sequence[Pair]) -> Finding | None:
    """The same text, said to be in another language."""
    wrong = sum(old.language != new.language and old.title == new.title for old, new in pairs)
    if wrong < _FEWEST or wrong * 2 <= len(pairs):
        return None
    return Finding("language", "what is stored of these items", f"another for the same title in {wrong}")


def _other_title(old: NewsItem, new: NewsItem) -> bool:
    return old.title != new.title and fold(old.title) != fold(new.title)


def _other_date(old: NewsItem, new: NewsItem) -> bool:
    return (old.published or old.published_raw) != (new.published or new.published_raw)


def _other_teaser(old: NewsItem, new: NewsItem) -> bool:
    return bool(old.teaser and new.teaser) and fold(old.teaser or "") != fold(new.teaser or "")


def _other_host(old: NewsItem, new: NewsItem) -> bool:
    return urlsplit(old.url).hostname != urlsplit(new.url).hostname


# Titles and dates hardly ever change; labels and teasers may be mended for many items at once.
_FIELDS = (
    _Field("title", "title", _other_title, 0.2),
    _Field("date", "Publishing date", _other_date, 0.2),
    _Field("teaser", "teaser", _other_teaser, 0.5),
    _Field("host", "addresses", _other_host, 0.5),
)
