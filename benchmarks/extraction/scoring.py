"""Scores how much of an article an extractor got right, with pure functions.

Matters of taste do not count: how white space, list items, quotations, tables, headings and footnotes are
marked, whether there are empty lines between lines or paragraphs, and whether a `<br>` ends a line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from osce_news.normalize.dates import parse_date

_LIST_MARK = re.compile(r"(?:[-*•–>#]+|\d{1,2}[.)])\s+")
_TASTE = re.compile(r"[\[\]]|-{3,}")  # around footnotes, the line below a table's head
_SPACE = re.compile(r"\s+")
_LONG = 20  # letters; a shorter line of the text may be part of another line by chance


@dataclass(frozen=True, slots=True)
class Expected:
    """The expected values of a page; `beside` is printed around the text, such as captions and labels."""

    title: str
    date: str | None  # as printed
    paragraphs: tuple[str, ...]
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """The score of one page; `total` adds up scores."""

    pages: int = 0
    paragraphs: int = 0  # expected
    right: int = 0  # of these
    beside: int = 0  # lines of title, date, caption, contact, labels, downloads among the text
    foreign: int = 0  # lines of menus, footers, other items, hidden text among the text
    titles: int = 0  # right
    dates: int = 0  # right
    dated: int = 0  # pages that print a date


def score(expected: Expected, title: str | None, date: str | None, text: str | None) -> Score:
    """Return the score of the values that were read from a page; None for a value that was not found.

    A paragraph is right if one or more successive lines of the text, joined, are the paragraph and nothing
    else. Any other line is foreign if it is not part of the expected text, does not contain a long line of
    it, and is not printed around the text.
    """
    lines = lines_of(text)
    used = set[int]()
    right = 0
    for paragraph in expected.paragraphs:
        found = _find(lines, " ".join(lines_of(paragraph)), used)
        used.update(found)
        right += bool(found)
    others = [line for number, line in enumerate(lines) if number not in used]
    beside, foreign = _others(others, expected)
    day = parse_date(expected.date)
    return Score(
        pages=1,
        paragraphs=len(expected.paragraphs),
        right=right,
        beside=beside,
        foreign=foreign,
        titles=even(title) == even(expected.title),
        dates=day is not None and day in (date, parse_date(date)),
        dated=day is not None,
    )


def total(scores: Sequence[Score]) -> Score:
    """Return the sum of the scores."""
    names = Score.__dataclass_fields__
    return Score(**{name: sum(getattr(one, name) for one in scores) for name in names})


def lines_of(text: str | None) -> list[str]:
    r"""Return the lines of a text without marks and empty lines.

    >>> lines_of("- one\n\n  2. two  lines |  here\n")
    ['one', 'two lines here']
    """
    lines = (even(_LIST_MARK.sub("", line.strip(), count=1)) for line in (text or "").splitlines())
    return [line for line in lines if line]


def even(text: str | None) -> str:
    """Return the text with white space collapsed, and without matters of taste."""
    return _SPACE.sub(" ", _TASTE.sub("", (text or "").replace("|", " "))).strip()


def _find(lines: Sequence[str], wanted: str, used: set[int]) -> range:
    """Return the numbers of the first successive unused lines that, joined, are the wanted text."""
    for first in range(len(lines)):
        rest = f" {wanted}"
        for number in range(first, len(lines)):
            if number in used or not f"{rest} ".startswith(f" {lines[number]} "):
                break
            rest = rest[len(lines[number]) + 1 :]
            if not rest:
                return range(first, number + 1)
    return range(0)


def _others(lines: Sequence[str], expected: Expected) -> tuple[int, int]:
    """Return how many of the lines are printed around the text, and how many are foreign.

    They are compared without white space, so that a contact whose lines were joined still counts as read.
    """
    parts = _run_together(expected.paragraphs)
    text = "".join(parts)
    printed = "".join(_run_together([expected.title, expected.date or "", *expected.beside]))
    others = [one for one in _run_together(lines) if one not in text and not _holds(one, parts)]
    beside = sum(line in printed for line in others)
    return beside, len(others) - beside


def _run_together(texts: Sequence[str]) -> list[str]:
    """Return each line of the texts without white space."""
    return [line.replace(" ", "") for text in texts for line in lines_of(text)]


def _holds(line: str, parts: Sequence[str]) -> bool:
    return any(part in line for part in parts if len(part) >= _LONG)
