"""Labels such as "Publishing date:" at the beginning of lines, and the values after them."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence, Set
from functools import cache, cached_property
from itertools import islice, takewhile
from typing import NamedTuple

from lxml.etree import _Element as Element

from osce_news.normalize.dates import parse_date
from osce_news.normalize.terms import field_of_names
from osce_news.normalize.text import UNSEEN
from osce_news.normalize.vocabulary import card_labels, fold, labels
from osce_news.pages.text_lines import Line, Piece, kind_of, squeeze, upwards

DATE = "published"

_WHITE = re.compile(r"\s+")
_UNKNOWN = re.compile(r"[^:：]{0,40}[:：]\s*")  # a label that is not known
_ONE_VALUE = frozenset({DATE, "content_type"})  # the other fields may have several
LABEL_TAGS = frozenset({"dt", "th"})  # elements that hold labels
_CELLS = frozenset({"dd", "td", "li"})
_BETWEEN = " \t\r\n\u00a0|·•;,"  # separators between two labelled values on one line


class Label(NamedTuple):
    """A label at the beginning of a line."""

    field: str
    language: str
    value: str  # the rest of the line, "" if there is none
    own_element: bool  # whether the label has an element of its own or is alone on its line
    is_common: bool = False  # whether it is a label of cards only


class _Patterns(NamedTuple):
    fields: dict[str, tuple[str, str]]  # field and language of each folded label
    common: frozenset[str]  # the labels that are common words
    first_letters: frozenset[str]
    at_start: re.Pattern[str]
    anywhere: re.Pattern[str]  # in a casefolded text
    inside: re.Pattern[str]  # with a colon, and a separator in front


@cache
def _patterns(*, cards: bool = False) -> _Patterns:
    known = _by_text(labels())
    common = _by_text(card_labels()) if cards else {}
    fields = known | common
    longest_first = sorted(fields, key=len, reverse=True)
    alternatives = "|".join(re.escape(text).replace(r"\ ", r"\s+") for text in longest_first)
    label = rf"({alternatives})(?!\w)"
    return _Patterns(
        fields,
        frozenset(common),
        frozenset(text[0] for text in fields),
        re.compile(rf"{label}\s*([:：]?)\s*", re.IGNORECASE),
        re.compile(label),
        re.compile(rf"(?<=[\s|·•;,]){label}\s*[:：]", re.IGNORECASE),
    )


def _by_text(fields: Mapping[str, Mapping[str, Sequence[str]]]) -> dict[str, tuple[str, str]]:
    return {
        fold(text): (name, language)
        for name, by_language in fields.items()
        for language, texts in by_language.items()
        for text in texts
    }


def read_label(line: Line, *, cards: bool = False) -> Label | None:
    """Return the label at the beginning of the line, or None; the result is cached in the line.

    With `cards`, the further labels of cards count too.
    """
    if cards not in line.labels:
        line.labels[cards] = _read_label(line, _patterns(cards=cards))
    label: Label | None = line.labels[cards]
    return label


def _read_label(line: Line, patterns: _Patterns) -> Label | None:
    # A label has a colon or an element of its own, or is followed by a value that starts as names and
    # dates do. So the sentence "What we do in the field matters" starts with no label.
    text = line.text if line.text.isprintable() else _visible(line.text)
    match = patterns.at_start.match(text) if text[:1].casefold() in patterns.first_letters else None
    if match is None or (line.heading is not None and (match.end() == len(text) or line.is_link)):
        return None  # a heading with nothing else is that of a menu or a facet
    words = fold(match[1])
    name, language = patterns.fields[words]
    behind = _pieces_behind(line.pieces, {len(match[1]), len(match[0].rstrip())})
    value = join(behind) if behind is not None else text[match.end() :]
    if name == DATE and behind and not parse_date(value):  # such as a date and the time that reading takes
        value = next((one for piece in behind if parse_date(one := squeeze(piece.text))), value)
    begins_as_value = value[:1].isupper() or value[:1].isdigit()
    if not (match[2] or behind is not None or not value or begins_as_value):
        return None
    is_common = words in patterns.common
    if is_common and behind is None and not is_value(name, value):
        return None  # a sentence
    return Label(name, language, value, behind is not None, is_common)


def field_of_label(text: str) -> str | None:
    """Return the field of a text that is only a label, also one of cards; None for other texts."""
    found = _patterns(cards=True).fields.get(fold(text[:60]).strip(" :"))
    return found[0] if found else None


def is_value(field: str, text: str) -> bool:
    """Whether the text is a date, or only known names of the field."""
    if field == DATE:
        return parse_date(text) is not None
    return field_of_names(text) == field


def names_behind_label(text: str) -> str:
    """Return the names after an unknown label such as "Category:"; the text itself without one."""
    label = _UNKNOWN.match(text)
    return text[label.end() :] if label and field_of_names(text[label.end() :]) else text


def split_labels(line: Line, *, cards: bool = False) -> list[Line]:
    """Return the line, split before each further label if it begins with one.

    A style sheet may show labels on separate lines that are one line in the markup. Within a text, only words
    with a colon and a separator in front count as a label.

    >>> from lxml import html
    >>> from osce_news.pages.text_lines import text_lines
    >>> (line,) = text_lines(html.fromstring("<p>Content type: News | What we do: Elections</p>"))
    >>> [part.text for part in split_labels(line)]
    ['Content type: News', 'What we do: Elections']
    """
    patterns = _patterns(cards=cards)
    label = read_label(line, cards=cards)
    if label is None or not patterns.anywhere.search(label.value.casefold()):
        return [line]
    runs: list[list[Piece]] = [[]]
    for piece in line.pieces:
        text = piece.text
        if any(one.text.strip() for one in runs[-1]) and patterns.at_start.fullmatch(_visible(text)):
            runs.append([piece])
            continue
        start = 0
        for match in patterns.inside.finditer(text):
            runs[-1].append(Piece(text[start : match.start()], piece.link))
            runs.append([])
            start = match.start()
        runs[-1].append(Piece(text[start:], piece.link))
    if len(runs) == 1:
        return [line]
    trimmed = ((run, squeeze("".join(piece.text for piece in run))) for run in map(_trimmed, runs))
    parts = [Line(line.block, line.heading, run, text) for run, text in trimmed if text]
    for part in parts:
        read_label(part, cards=cards)
    return parts


class LabelledValues:
    """The labelled fields of the result that consists of these lines inside the element `limit`.

    `labels` has the label that each line begins with, or None; only the result's own ones count. `values` has
    the fields whose label has a value, `used` the indexes of the lines with a label or a value.
    """

    def __init__(self, lines: Sequence[Line], limit: Element, labels: Sequence[Label | None]) -> None:
        self._lines = lines
        self._limit = limit
        self.labels = labels
        self.values: dict[str, str] = {}
        self.used: set[int] = set()
        self._without: set[str] = set()  # the fields with a dash instead of a value
        self._date = next((label for label in self.labels if label and label.field == DATE), None)
        for number, label in enumerate(self.labels):
            if label is None or number in self.used:
                continue
            further = self._value_lines(number, label)
            self.used.update((number, *further))
            printed = [label.value, *[join(lines[index].pieces) for index in further]]
            before = self.values.get(label.field)
            value = ", ".join(filter(says_something, printed))
            if not value and any(printed):
                self._without.add(label.field)
            if value and value != before:
                self.values[label.field] = f"{before}, {value}" if before else value

    @property
    def language(self) -> str | None:
        """The language of the date's label, such as "en"; None without one."""
        return self._date.language if self._date else None

    @property
    def empty(self) -> Set[str]:
        """The fields whose label is printed without a value, and without a dash in its place."""
        return {label.field for label in self.labels if label} - self.values.keys() - self._without

    @cached_property
    def _blocks(self) -> Set[Element]:
        """The blocks of the lines with a label."""
        return {line.block for line, label in zip(self._lines, self.labels, strict=True) if label}

    def _value_lines(self, number: int, label: Label) -> list[int]:
        """Return the indexes of the further lines with the value of the label on line `number`."""
        block, lines = self._lines[number].block, self._lines
        if label.value and label.field in _ONE_VALUE:
            return []
        if block is not self._limit and (number == 0 or not _within(lines[number - 1].block, {block})):
            inside = self._run_within(number + 1, {block})
            if inside != []:
                return inside or []
        if label.value:
            return []
        if wide := self._rest_of_holder(number):
            return wide[:1] if label.field in _ONE_VALUE else wide
        marked_up = block.tag in LABEL_TAGS or "label" in (block.get("class") or "")
        if self._date and self._date.value and not marked_up:
            return []  # the other labels have their values on the same line, so this one has none
        elements = values_after(block, self._limit, self._blocks)
        wanted = {"dt": "dd", "th": "td"}.get(str(block.tag))
        if elements and wanted and elements[0].tag != wanted:
            return []
        inside = self._run_within(number + 1, set(elements))
        follows = number + 1 < len(lines) and self.labels[number + 1] is None
        if inside == [] and follows and lines[number + 1].block is block.getparent():
            inside = [number + 1]  # text or a link right after the label's element
        return inside or []

    def _rest_of_holder(self, number: int) -> list[int]:
        """Return the other lines of the widest element that begins with this label and has no second one."""
        following = (n for n in range(number + 1, len(self._lines)) if self.labels[n] is not None)
        outside = {self._limit}
        for other in (*range(number)[-1:], *islice(following, 1)):  # the line before, and the next label
            outside.update(upwards(self._lines[other].block))
        holders = takewhile(lambda one: one not in outside, self._lines[number].block.iterancestors())
        widest = list(holders)[-1:]
        return self._run_within(number + 1, set(widest)) or []

    def _run_within(self, start: int, elements: Set[Element]) -> list[int] | None:
        """Return the indexes of the lines inside the elements, or None if one of them has a label."""
        end = start
        while end < len(self._lines) and _within(self._lines[end].block, elements):
            if self.labels[end] is not None:
                return None
            end += 1
        return list(range(start, end))


def values_after(block: Element, limit: Element, labelled: Container[Element]) -> list[Element]:
    """Return the elements with the value of a label that fills the element `block`.

    They are the next element and its like (further `dd`, `td` or `li`, or the same class), up to one that is
    `labelled` itself; an empty list if no element follows inside `limit`.
    """
    for here in upwards(block):
        if here is limit:
            break
        following = (e for e in here.itersiblings() if isinstance(e.tag, str) and e.tag != "br")
        if (first := next(following, None)) is None:
            continue
        if first in labelled:
            break
        values = [first]
        # A class that the label has too does not mark a value.
        if first.tag in _CELLS or first.get("class") not in (None, block.get("class")):
            for element in following:
                if element in labelled or kind_of(element) != kind_of(first):
                    break
                values.append(element)
        return values
    return []


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


def says_something(value: str) -> bool:
    """Whether a value has a letter or a digit; a dash has none."""
    return any(map(str.isalnum, value))


def _visible(text: str) -> str:
    return squeeze(text if text.isascii() else UNSEEN.sub("", text))


def _pieces_behind(pieces: Sequence[Piece], lengths: set[int]) -> list[Piece] | None:
    """Return the pieces after a label of one of these lengths, or None if the label ends inside a piece."""
    if pieces and len(_visible(pieces[0].text)) in lengths:  # as on most lines
        return list(pieces[1:])
    seen = ""
    for number, piece in enumerate(pieces):
        seen = _WHITE.sub(" ", UNSEEN.sub("", seen + piece.text))  # short, however many pieces are blank
        visible = len(seen.strip())
        if visible in lengths:
            return list(pieces[number + 1 :])
        if visible > max(lengths):
            return None
    return None


def _trimmed(run: list[Piece]) -> list[Piece]:
    """Return the pieces without the separator before the next label."""
    last = next((n for n in range(len(run) - 1, -1, -1) if run[n].text.strip(_BETWEEN)), None)
    return [] if last is None else [*run[:last], Piece(run[last].text.rstrip(_BETWEEN), run[last].link)]


def _within(block: Element, elements: Set[Element]) -> bool:
    return block in elements or not elements.isdisjoint(block.iterancestors())
