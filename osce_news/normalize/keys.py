"""The keys of the results on a page: which item each shows, and which of the item's results it is.

A key is the item's identifier, a colon, and a mark: on a list the date as printed, in an answer of the search
service the document. If a page of a list shows a key again, the copy ends with a colon and its number.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping

# `item_of` in SQL, for a key in the column `value`.
ITEM_OF_VALUE = "substr(value, 1, instr(value, ':') - 1)"


def result_key(item: str, mark: str | None) -> str:
    """Return the key of a result of this item."""
    return f"{item}:{mark}"


def substitute_id(text: str) -> str:
    """Return what stands for the identifier of a result that has none; `text` tells it from others."""
    return f"-{hashlib.blake2b(text.encode(), digest_size=6).hexdigest()}"


def item_of(key: str) -> str:
    """Return the identifier of the item that a result shows.

    >>> item_of("1:2 June 2026, 10:30")
    '1'
    """
    return key.partition(":")[0]


def items_of(keys: Iterable[str]) -> set[str]:
    """Return the identifiers of the items that these results show."""
    return set(map(item_of, keys))


def number_copies(keys: Iterable[str]) -> list[str]:
    """Return the keys of a page's results, each further copy of a key with its number.

    >>> number_copies(["1:1 May 2020", "2:1 May 2020", "1:1 May 2020", "1:1 May 2020"])
    ['1:1 May 2020', '2:1 May 2020', '1:1 May 2020:2', '1:1 May 2020:3']
    """
    counts: Counter[str] = Counter()
    numbered = []
    for key in keys:
        counts[key] += 1
        numbered.append(f"{key}:{counts[key]}" if counts[key] > 1 else key)
    return numbered


def without_copy(key: str, keys: Collection[str]) -> str:
    """Return a key without the number of a copy, if it has one; `keys` are those of the page.

    What follows the last colon is such a number only if the page has the key without it too. Else it may be a
    part of the printed date.

    >>> [without_copy(key, ["1:1 May", "1:1 May, 10:30"]) for key in ("1:1 May:2", "1:1 May, 10:30")]
    ['1:1 May', '1:1 May, 10:30']
    """
    before = key.rpartition(":")[0]
    return before if before in keys else key


def rename_items(keys: Iterable[str], by_key: Mapping[str, str], by_item: Mapping[str, str]) -> list[str]:
    """Return the keys of a page's results with other items, which are found by key, or else by item.

    >>> rename_items(["1:May", "1:June", "1:June:2", "2:"], {"1:June": "3"}, {"1": "4"})
    ['4:May', '3:June', '3:June:2', '2:']
    """
    found = []
    for key in keys:
        former = key if key in by_key else without_copy(key, by_key)
        item, _, mark = former.partition(":")
        found.append(result_key(by_key.get(former, by_item.get(item, item)), mark))
    return number_copies(found)
