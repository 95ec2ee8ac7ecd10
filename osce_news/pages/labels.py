"""Finds labels such as "Publishing date:" at the beginning of lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple, cast

from lxml.etree import _Element as Element

from osce_news.normalize.text import UNSEEN
from osce_news.normalize.vocabulary import fold, labels
from osce_news.pages.text_lines import Line, Piece, squeeze

DATE = "published"

_BETWEEN = " \t\r\n\u00a0|·•;,"  # separators between two labelled values on one line


class Label(NamedTuple):
    """A label at the beginning of a line."""

    field: str
    language: str
    value: str  # the rest of the line, "" if there is none
    own_element: bool  # whether the label has an element of its own or is alone on its line


class _Patterns(NamedTuple):
    fields: dict[str, tuple[str, str]]  # field and language of each folded label
    first_letters: frozenset[str]
    at_start: re.Pattern[str]
    anywhere: re.Pattern[str]
    inside: re.Pattern[str]  # with a colon, and a separator in front


@cache
def _patterns() -> _Patterns:
    fields = {
        fold(text): (name, language)
        for name, by_language in labels().items()
        for language, texts in by_language.items()
        for text in texts
    }
    longest_first = sorted(fields, key=len, reverse=True)
    alternatives = "|".join(re.escape(text).replace(r"\ ", r"\s+") for text in longest_first)
    label = rf"({alternatives})(?!\w)"
    return _Patterns(
        fields,
        frozenset(text[0] for text in fields),
        re.compile(rf"{label}\s*([:：]?)\s*", re.IGNORECASE),
        re.compile(label, re.IGNORECASE),
        re.compile(rf"(?<=[\s|·•;,]){label}\s*[:：]", re.IGNORECASE),
    )


def read_label(line: Line) -> Label | None:
    """Return the label at the beginning of the line, or None; the result is cached in the line.

    >>> from lxml import html
    >>> from osce_news.pages.text_lines import text_lines
    >>> result = html.fromstring("<div><p><b>What we do:</b> Youth</p><p>What we do in the field</p></div>")
    >>> [read_label(line) for line in text_lines(result)]
    [Label(field='topics', language='en', value='Youth', own_element=True), None]
    """
    if line.label is False:
        line.label = _read_label(line)
    return cast("Label | None", line.label)


def _read_label(line: Line) -> Label | None:
    # A label has a colon or an element of its own, or is followed by a value that starts as names and
    # dates do. So the sentence "What we do in the field matters" starts with no label.
    text = line.text if line.text.isascii() else _visible(line.text)
    patterns = _patterns()
    match = patterns.at_start.match(text) if text[:1].casefold() in patterns.first_letters else None
    if match is None or (line.heading is not None and (match.end() == len(text) or line.is_link)):
        return None  # a heading with nothing else is that of a menu or a facet
    name, language = patterns.fields[fold(match[1])]
    behind = _pieces_behind(line.pieces, {len(match[1]), len(match[0].rstrip())})
    value = join(behind) if behind is not None else text[match.end() :]
    begins_as_value = value[:1].isupper() or value[:1].isdigit()
    if not (match[2] or behind is not None or not value or begins_as_value):
        return None
    return Label(name, language, value, behind is not None)


def split_labels(line: Line) -> list[Line]:
    """Return the line, split before each further label if it begins with one.

    A style sheet may show labels on separate lines that are one line in the markup. Within a text, only words
    with a colon and a separator in front count as a label.

    >>> from lxml import html
    >>> from osce_news.pages.text_lines import text_lines
    >>> (line,) = text_lines(html.fromstring("<p>Content type: News | What we do: Elections</p>"))
    >>> [part.text for part in split_labels(line)]
    ['Content type: News', 'What we do: Elections']
    """
    if read_label(line) is None or len(_patterns().anywhere.findall(line.text)) < 2:
        return [line]
    runs: list[list[Piece]] = [[]]
    for piece in line.pieces:
        text = piece.text
        if any(one.text.strip() for one in runs[-1]) and _patterns().at_start.fullmatch(_visible(text)):
            runs.append([piece])
            continue
        start = 0
        for match in _patterns().inside.finditer(text):
            runs[-1].append(Piece(text[start : match.start()], piece.link))
            runs.append([])
            start = match.start()
        runs[-1].append(Piece(text[start:], piece.link))
    if len(runs) == 1:
        return [line]
    trimmed = ((run, squeeze("".join(piece.text for piece in run))) for run in map(_trimmed, runs))
    return [Line(line.block, line.heading, run, text) for run, text in trimmed if text]


def join(pieces: Iterable[Piece]) -> str:
    """Return the value that the pieces make up; adjacent links are separate values.

    >>> from lxml import html
    >>> from osce_news.pages.text_lines import text_lines
    >>> (line,) = text_lines(html.fromstring('<p><a href="/a">Elections</a> <a href="/b">Youth</a></p>'))
    >>> join(line.pieces)
    'Elections, Youth'
    """
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
    return squeeze(text if text.isascii() else UNSEEN.sub("", text))


def _pieces_behind(pieces: Sequence[Piece], lengths: set[int]) -> list[Piece] | None:
    """Return the pieces behind a label of one of these lengths, or None if the label ends inside a piece."""
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
    """Return the pieces without the separator before the next label."""
    while run and not run[-1].text.strip(_BETWEEN):
        run = run[:-1]
    return [*run[:-1], Piece(run[-1].text.rstrip(_BETWEEN), run[-1].link)] if run else []
