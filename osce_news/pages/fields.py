"""Reads the labelled fields, the title and the teaser out of the lines of one result."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from lxml.etree import _Element as Element

from osce_news.pages.lines import Line, Piece, lines, squeeze, values_after
from osce_news.vocabulary import fold, labels

DATE = "published"


@dataclass(frozen=True, slots=True)
class Label:
    """A label found at the beginning of a line."""

    field: str
    language: str
    value: str  # what stands behind it on the same line, "" if nothing
    own_element: bool  # whether the label is marked up by itself or alone on its line


@dataclass(slots=True)
class Fields:
    """What one result says, as printed; a field without a label is not in `values`."""

    title: Sequence[Line] = ()  # more than one where its markup breaks the line
    values: dict[str, str] = field(default_factory=dict)
    teaser: str | None = None
    language: str | None = None


@cache
def _label_pattern() -> tuple[re.Pattern[str], dict[str, tuple[str, str]]]:
    known = {
        fold(text): (name, language)
        for name, by_language in labels()["fields"].items()
        for language, texts in by_language.items()
        for text in texts
    }
    longest_first = sorted(known, key=len, reverse=True)
    words = "|".join(re.escape(text).replace(r"\ ", r"\s+") for text in longest_first)
    return re.compile(rf"({words})(?!\w)\s*(:?)\s*", re.IGNORECASE), known


def read_label(line: Line) -> Label | None:
    """Return the label at the beginning of the line, or None.

    A label has a colon, or an element of its own, or is followed by a value that begins as names
    and dates do; so the sentence "What we do in the field matters" begins with no label.
    """
    pattern, known = _label_pattern()
    match = pattern.match(line.text)
    if match is None:
        return None
    name, language = known[fold(match[1])]
    behind = _pieces_behind(line.pieces, {len(match[1]), len(match[0].rstrip())})
    own_element = behind is not None
    value = _join(behind) if behind is not None else line.text[match.end() :]
    if not value and line.heading is not None:
        return None  # the heading of a menu or of a facet
    begins_as_value = value[:1].isupper() or value[:1].isdigit()
    if not (match[2] or own_element or not value or begins_as_value):
        return None
    return Label(name, language, value, own_element)


def read_fields(found: Sequence[Line], limit: Element) -> Fields:
    """Return the fields of the result that consists of these lines inside the element `limit`."""
    marks = [read_label(line) for line in found]
    date = next((mark for mark in marks if mark and mark.field == DATE), None)
    if date is not None and date.own_element:
        # Where the labels are marked up, a line of plain text that begins like one is prose.
        marks = [mark if mark and mark.own_element else None for mark in marks]
    inline = date is not None and bool(date.value)
    fields = Fields(language=date.language if date else None)
    used: set[int] = set()
    for number, mark in enumerate(marks):
        if mark is None or number in used:
            continue
        used.add(number)
        value = mark.value
        if not value:
            taken = _value_lines(found, marks, number, limit, inline=inline)
            value = ", ".join(_join(found[index].pieces) for index in taken)
            used.update(taken)
        if value:
            before = fields.values.get(mark.field)
            fields.values[mark.field] = f"{before}, {value}" if before else value
    rest = [line for number, line in enumerate(found) if number not in used]
    fields.title = _title(rest)
    # A short line that is one link is "Read more" or a picture's; a long one is a linked teaser.
    fields.teaser = (
        " ".join(
            line.text
            for line in rest
            if line not in fields.title and not (line.is_link and len(line.text) <= 40)
        )
        or None
    )
    return fields


def _title(rest: Sequence[Line]) -> list[Line]:
    """Return the first heading, also one without a link; else the first line that is one link."""
    heading = next((line.heading for line in rest if line.heading is not None), None)
    if heading is not None:
        return [line for line in rest if line.heading is heading]
    link = next((line.link for line in rest if line.is_link), None)
    return [line for line in rest if link is not None and line.is_link and line.link is link]


def _value_lines(
    found: Sequence[Line],
    marks: Sequence[Label | None],
    number: int,
    limit: Element,
    *,
    inline: bool,
) -> list[int]:
    """Return the numbers of the lines that are the value of a label alone on its line."""
    block = found[number].block
    if block is not limit and (number == 0 or not _within(found[number - 1].block, [block])):
        inside = _run_within(found, number + 1, [block])
        if inside:
            return inside if not any(marks[index] for index in inside) else []
    marked_up = block.tag in ("dt", "th") or "label" in (block.get("class") or "")
    if inline and not marked_up:
        return []  # its neighbours have their values on the label's line: this one has none
    elements, _ = values_after(block, limit)
    wanted = {"dt": "dd", "th": "td"}.get(str(block.tag))
    if not elements or (wanted and elements[0].tag != wanted):
        return []
    inside = _run_within(found, number + 1, elements)
    return [] if any(marks[index] for index in inside) else inside


def _run_within(found: Sequence[Line], start: int, elements: Sequence[Element]) -> list[int]:
    end = start
    while end < len(found) and _within(found[end].block, elements):
        end += 1
    return list(range(start, end))


def _within(block: Element, elements: Sequence[Element]) -> bool:
    return block in elements or any(above in elements for above in block.iterancestors())


def _pieces_behind(pieces: Sequence[Piece], lengths: set[int]) -> list[Piece] | None:
    """Return the pieces behind a label of one of these lengths, or None if a piece is cut by its end."""
    seen = ""
    for number, piece in enumerate(pieces):
        seen += piece.text
        visible = len(squeeze(seen))
        if visible in lengths:
            return list(pieces[number + 1 :])
        if visible > max(lengths):
            return None
    return None


def _join(pieces: Iterable[Piece]) -> str:
    """Return the value that the pieces print; links side by side are values of their own."""
    text = ""
    last: Element | None = None
    for piece in pieces:
        another = last is not None and piece.link is not None and piece.link is not last
        if another and text.strip() and not text.rstrip().endswith((",", ";")):
            text = text.rstrip() + ", "
        text += piece.text
        last = piece.link if piece.link is not None else (last if not piece.text.strip() else None)
    return squeeze(text).lstrip(": ")


def text_of(element: Element) -> str:
    """Return the visible text of an element, "" if there is none."""
    return " ".join(line.text for line in lines(element))
