"""Finds what stands among the text of a result and is no text: values whose label is unknown or gone.

A label that the site renames must not end up in the teaser. It is told by its markup, which is that of
the labels that are known, or by the value behind it, when that is a name of the vocabulary.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from lxml.etree import _Element as Element

from osce_news.normalize.vocabulary import vocabulary
from osce_news.pages.labels import Label, join
from osce_news.pages.lines import Line

_NAMES = ("content_types", "offices", "topics")
_LONGEST = 120  # letters of a name
_LABEL = re.compile(r"[^\W\d_][^:：.,!?()]{0,39}[:：]\s*")
_SHORT = 40  # letters of a label


def find_stray(
    text: Sequence[Line], found: Sequence[Line], marks: Sequence[Label | None], used: Set[int]
) -> str | None:
    """Return the first of these lines of text that is no text, as printed; None if all are.

    `found` are all lines of the result with their labels, `used` the numbers of those that are read.
    """
    for line in text:
        if _is_names(line):
            return line.text
        if len(line.text) > _SHORT and len(line.pieces) == 1 and line.block.text == line.pieces[0].text:
            continue  # plain text, as teasers are
        labelled = [(one, mark) for one, mark in zip(found, marks, strict=True) if mark]
        values = [found[number] for number in used if marks[number] is None]
        if _looks_labelled(line, labelled, values):
            return line.text
    return None


def _is_names(line: Line) -> bool:
    """Whether the line consists of names that stand behind labels, with or without a label before them."""
    printed = line.text if len(line.pieces) == 1 else join(line.pieces)
    if _are_known(printed):
        return True
    label = _LABEL.match(printed)
    return label is not None and _are_known(printed[label.end() :])


def _are_known(printed: str) -> bool:
    first, _, rest = printed.partition(",")
    if not first or len(first) > _LONGEST or not _is_known(first):  # as most: the rest is not looked at
        return False
    return all(map(_is_known, rest.split(","))) if rest else True


def _is_known(name: str) -> bool:
    return any(vocabulary(kind).find(name) is not None for kind in _NAMES)


def _looks_labelled(line: Line, labelled: Sequence[tuple[Line, Label]], values: Sequence[Line]) -> bool:
    """Whether the line, or what it begins with, is marked up as the labels of the result are."""
    if len(line.text) <= _SHORT and values:
        block = _signature(line.block)
        if block[1] or line.block.tag in ("dt", "th"):
            alone = {_signature(known.block) for known, label in labelled if not label.value}
            if block in alone and block not in {_signature(value.block) for value in values}:
                return True
    first = _first_element(line)
    if first is None or len(line.pieces[0].text.strip()) > _SHORT:
        return False
    alike = {_signature(inner) for known, _ in labelled if (inner := _first_element(known)) is not None}
    colon = ":" in "".join(piece.text for piece in line.pieces[:2])[: _SHORT + 2]
    sure = colon or _signature(first)[1] is not None or _are_known(join(line.pieces[1:]))
    return sure and _signature(first) in alike


def _first_element(line: Line) -> Element | None:
    """Return the element inside the line's block that holds its first words alone, or None."""
    if line.block.tag in ("dt", "th") or not line.pieces:
        return None
    text = line.pieces[0].text
    for element in line.block.iterchildren():
        if element.text == text and element.tag != "a":
            return element
    return None


def _signature(element: Element) -> tuple[object, str | None]:
    return element.tag, element.get("class")
