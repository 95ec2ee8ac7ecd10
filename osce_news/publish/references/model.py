"""What a reference says, whatever format it is written in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PUBLISHER = "Organization for Security and Co-operation in Europe"


@dataclass(frozen=True, slots=True)
class Reference:
    """A source that can be cited; days as YYYY-MM-DD, None for what is not known."""

    key: str
    title: str
    authors: tuple[str, ...]
    """Bodies, no persons: no format may take their names apart."""
    issued: str | None
    accessed: str | None
    url: str | None
    genre: str | None = None
    language: str | None = None
    abstract: str | None = None
    keywords: tuple[str, ...] = ()
    publisher: str = PUBLISHER
    version: str | None = None
    note: str | None = None
    is_dataset: bool = False


def of_item(row: Mapping[str, Any]) -> Reference:
    """Return the reference to an item, given as a row of the view `newsroom` with its lists.

    Its authors are the offices that the item prints, or the organization; it was accessed on the day it
    was seen last.
    """
    return Reference(
        key=f"osce-{row['id']}",
        title=one_line(row["title"]),
        authors=tuple(map(one_line, row["offices"])) or (PUBLISHER,),
        issued=row["published"],
        accessed=row["last_seen"][:10],
        url=row["url"],
        genre=one_line(row["content_type"]) if row["content_type"] else None,
        language=row["language"],
        abstract=one_line(row["teaser"]) if row["teaser"] else None,
        keywords=tuple(map(one_line, row["topics"])),
    )


def one_line(text: str) -> str:
    """Return the text without line breaks and control characters, which would end a field.

    >>> one_line("  a" + chr(13) + chr(10) + "b" + chr(0) + " c")
    'a b c'
    """
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
