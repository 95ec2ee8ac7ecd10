"""Finds the visible labels in the lines of a page: what they are called, and what stands behind them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple, cast

from lxml.etree import _Element as Element

from osce_news.normalize.vocabulary import fold, labels
from osce_news.pages.lines import Line, Piece, squeeze

DATE = "published"

_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_BETWEEN = " \t\r\n\u00a0|·•;,"  # what stands between two labelled values on one line


class Label(NamedTuple):
    """A label found at the beginning of a line."""

    field: str
    language: str
    value: str  # what stands behind it on the same line, "" if nothing
    own_element: bool  # whether the label is marked up by itself or alone on its line


@cache
def _words() -> tuple[str, dict[str, tuple[str, str]]]:
    """Return a pattern of all labels, and the field and language of each."""
    known = {
        fold(text): (name, language)
        for name, by_language in labels()["fields"].items()
        for language, texts in by_language.items()
        for text in texts
    }
    longest_first = sorted(known, key=len, reverse=True)
    words = "|".join(re.escape(text).replace(r"\ ", r"\s+") for text in longest_first)
    return rf"({words})(?!\w)", known


@cache
def _at_the_beginning() -> re.Pattern[str]:
    return re.compile(rf"{_words()[0]}\s*([:：]?)\s*", re.IGNORECASE)


@cache
def _first_letters() -> frozenset[str]:
    return frozenset(text[0] for text in _words()[1])


@cache
def _anywhere() -> re.Pattern[str]:
    return re.compile(_words()[0], re.IGNORECASE)


@cache
def _inside() -> re.Pattern[str]:
    return re.compile(rf"(?<=[\s|·•;,]){_words()[0]}\s*[:：]", re.IGNORECASE)


def read_label(line: Line) -> Label | None:
    """Return the label at the beginning of the line, or None; each line is read once."""
    if line.label is False:
        line.label = _read_label(line)
    return cast("Label | None", line.label)


def _read_label(line: Line) -> Label | None:
    # A label has a colon, or an element of its own, or is followed by a value that begins as names
    # and dates do; so the sentence "What we do in the field matters" begins with no label.
    text = line.text if line.text.isascii() else _visible(line.text)
    match = _at_the_beginning().match(text) if text[:1].casefold() in _first_letters() else None
    if match is None or (line.heading is not None and (match.end() == len(text) or line.is_link)):
        return None  # a heading by itself is that of a menu or of a facet
    name, language = _words()[1][fold(match[1])]
    behind = _pieces_behind(line.pieces, {len(match[1]), len(match[0].rstrip())})
    value = join(behind) if behind is not None else text[match.end() :]
    begins_as_value = value[:1].isupper() or value[:1].isdigit()
    if not (match[2] or behind is not None or not value or begins_as_value):
        return None
    return Label(name, language, value, behind is not None)


def split_labels(line: Line) -> list[Line]:
    """Return the line cut before each further label on it, if it begins with one.

    Labels that a style sheet sets on lines of their own may stand on one line of the markup. Inside
    a text a label has a colon and something that divides it from what stands before.
    """
    if read_label(line) is None or len(_anywhere().findall(line.text)) < 2:
        return [line]
    runs: list[list[Piece]] = [[]]
    for piece in line.pieces:
        text = piece.text
        if any(one.text.strip() for one in runs[-1]) and _at_the_beginning().fullmatch(_visible(text)):
            runs.append([piece])
            continue
        start = 0
        for match in _inside().finditer(text):
            runs[-1].append(Piece(text[start : match.start()], piece.link))
            runs.append([])
            start = match.start()
        runs[-1].append(Piece(text[start:], piece.link))
    if len(runs) == 1:
        return [line]
    trimmed = ((run, squeeze("".join(piece.text for piece in run))) for run in map(_trimmed, runs))
    return [Line(line.block, line.heading, run, text) for run, text in trimmed if text]


def join(pieces: Iterable[Piece]) -> str:
    """Return the value that the pieces print; links side by side are values of their own."""
    text = ""
    last: Element | None = None
    for piece in pieces:
        another = last is not None and piece.link is not None and piece.link is not last
        if another and text.strip() and not text.rstrip().endswith((",", ";")):
            text = text.rstrip() + ", "
        text += piece.text
        last = piece.link if piece.link is not None else (last if not piece.text.strip() else None)
    return squeeze(text).strip(":：,;| ")


def _visible(text: str) -> str:
    return squeeze(text if text.isascii() else _UNSEEN.sub("", text))


def _pieces_behind(pieces: Sequence[Piece], lengths: set[int]) -> list[Piece] | None:
    """Return the pieces behind a label of one of these lengths, or None if a piece is cut by its end."""
    seen = ""
    for number, piece in enumerate(pieces):
        seen += piece.text
        visible = len(_visible(seen))
        if visible in lengths:
            return list(pieces[number + 1 :])
        if visible > max(lengths):
            return None
    return None


def _trimmed(run: list[Piece]) -> list[Piece]:
    """Return the pieces without what divides them from the next label."""
    while run and not run[-1].text.strip(_BETWEEN):
        run = run[:-1]
    return [*run[:-1], Piece(run[-1].text.rstrip(_BETWEEN), run[-1].link)] if run else []
