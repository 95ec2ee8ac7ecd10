"""Reads the labelled fields, the title and the teaser out of the lines of one result."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence, Set
from dataclasses import dataclass, field

from lxml.etree import _Element as Element

from osce_news.pages.labels import DATE, Label, join, read_label
from osce_news.pages.lines import Line, squeeze, values_after
from osce_news.pages.strays import find_stray

_ONE_VALUE = frozenset({DATE, "content_type"})  # the other fields may have several
_NUMBERED = re.compile(r"/[0-9]+/?(?:[?#]|$)")
_SHORT = 40  # letters; a shorter line that is one link is "Read more" or a picture's


@dataclass(slots=True)
class Fields:
    """What one result says, as printed; a field without a label is not in `values`."""

    title: Sequence[Line] = ()  # more than one where its markup breaks the line
    values: dict[str, str] = field(default_factory=dict)
    teaser: str | None = None
    language: str | None = None
    stray: str | None = None  # what stands where the teaser does and is none
    empty: frozenset[str] = frozenset()  # the fields whose label is printed without a value

    @property
    def link(self) -> Element | None:
        """The title's link: the one to an item if there are several, else the first, or None."""
        links = list(_links(self.title))
        return next((link for link in links if is_item(link)), links[0] if links else None)


def read_fields(found: Sequence[Line], limit: Element) -> Fields:
    """Return the fields of the result that consists of these lines inside the element `limit`."""
    marks = _marks(found)
    date = next((mark for mark in marks if mark and mark.field == DATE), None)
    fields = Fields(language=date.language if date else None)
    used: set[int] = set()
    labelled = {line.block for line, mark in zip(found, marks, strict=True) if mark}
    inline = date is not None and bool(date.value)
    for number, mark in enumerate(marks):
        if mark is None or number in used:
            continue
        taken = _value_lines(found, marks, number, limit, labelled=labelled, inline=inline)
        used.update((number, *taken))
        values = [mark.value, *(join(found[index].pieces) for index in taken)]
        before = fields.values.get(mark.field)
        value = ", ".join(one for one in values if one)
        if value and value != before:
            fields.values[mark.field] = f"{before}, {value}" if before else value
    rest = [line for number, line in enumerate(found) if number not in used]
    fields.title = _title(rest)
    prose = _prose_below(rest, fields)
    fields.teaser = " ".join(text for _, text in prose if text) or None
    if len(fields.values) < sum(mark is not None for mark in marks):
        fields.empty = frozenset(mark.field for mark in marks if mark) - fields.values.keys()
    fields.stray = find_stray([line for line, _ in prose], found, marks, used)
    return fields


def _marks(found: Sequence[Line]) -> list[Label | None]:
    """Return the label that each line begins with, or None; only those that are the result's own."""
    marks = [read_label(line) for line in found]
    dates = [number for number, mark in enumerate(marks) if mark and mark.field == DATE]
    if not dates:
        return marks
    # Where the labels are marked up, a line of plain text that begins like one is prose.
    plain = not any(mark.own_element for number in dates if (mark := marks[number]))
    # What stands above a title that has its date below it is a filter or a way to sort.
    heads = (
        n for n, line in enumerate(found) if line.heading is not None and any(map(is_item, _links([line])))
    )
    begin = next(heads, 0)
    begin = begin if dates[-1] > begin else 0
    return [
        mark if mark and number >= begin and (plain or mark.own_element) else None
        for number, mark in enumerate(marks)
    ]


def is_item(link: Element) -> bool:
    """Whether a link leads to something with a number, as items have."""
    return _NUMBERED.search(link.get("href") or "") is not None


def _title(rest: Sequence[Line]) -> list[Line]:
    """Return the lines of the title: of a heading, else of what is one link; best with an item's link.

    A heading without a link is a title too, though one that lacks its address.
    """
    headings = [line for line in rest if line.heading is not None]
    linked = [line for line in headings if line.link is not None]
    for group in (linked, headings):
        if group:
            best = next((line for line in group if any(map(is_item, _links([line])))), group[0])
            return [line for line in rest if line.heading is best.heading]
    alone = [line for line in rest if line.is_link]
    if not alone:
        return []
    first = next((line for line in alone if any(map(is_item, _links([line])))), alone[0])
    return [line for line in alone if line.link is first.link]


def _prose_below(rest: Sequence[Line], fields: Fields) -> list[tuple[Line, str]]:
    """Return the lines below the title, each with its text; those above it if it stands last."""
    below = rest[rest.index(fields.title[-1]) + 1 :] if fields.title else rest
    prose = [(line, _prose(line, fields)) for line in below]
    if fields.title and not any(text for _, text in prose):
        prose = [(line, _prose(line, fields)) for line in rest[: rest.index(fields.title[0])]]
    return prose


def _prose(line: Line, fields: Fields) -> str:
    """Return the line without a link at its end that leads to the item, "" if nothing else is there."""
    last = next((piece for piece in reversed(line.pieces) if piece.text.strip()), None)
    if last is None or last.link is None:
        return line.text
    title = " ".join(one.text for one in fields.title)
    text = squeeze(last.text)
    to_item = fields.link is not None and last.link.get("href") == fields.link.get("href")
    if (line.is_link or to_item) and (len(text) <= _SHORT or (to_item and bool(title) and title in text)):
        return squeeze("".join(piece.text for piece in line.pieces if piece.link is not last.link))
    return line.text


def _value_lines(
    found: Sequence[Line],
    marks: Sequence[Label | None],
    number: int,
    limit: Element,
    *,
    labelled: Container[Element],
    inline: bool,
) -> list[int]:
    """Return the numbers of the further lines that are the value of the label on line `number`."""
    mark, block = marks[number], found[number].block
    assert mark is not None
    if mark.value and mark.field in _ONE_VALUE:
        return []
    opens_block = number == 0 or not _within(found[number - 1].block, {block})
    if block is not limit and opens_block:
        inside = _run_within(found, marks, number + 1, {block})
        if inside != []:
            return inside or []
    if mark.value:
        return []
    wide = _rest_of_holder(found, marks, number, limit)
    if wide:
        return wide[:1] if mark.field in _ONE_VALUE else wide
    marked_up = block.tag in ("dt", "th") or "label" in (block.get("class") or "")
    if inline and not marked_up:
        return []  # its neighbours have their values on the label's line: this one has none
    elements = values_after(block, limit, labelled)
    wanted = {"dt": "dd", "th": "td"}.get(str(block.tag))
    if elements and wanted and elements[0].tag != wanted:
        return []
    inside = _run_within(found, marks, number + 1, set(elements))
    follows = number + 1 < len(found) and marks[number + 1] is None
    if inside == [] and follows and found[number + 1].block is block.getparent():
        inside = [number + 1]  # text, or a link, beside the element of the label
    return inside or []


def _rest_of_holder(
    found: Sequence[Line], marks: Sequence[Label | None], number: int, limit: Element
) -> list[int]:
    """Return the other lines of the widest element that begins with this label and holds no second."""
    widest: list[int] = []
    holder = found[number].block.getparent()
    while holder is not None and holder is not limit:
        if number and _within(found[number - 1].block, {holder}):
            break
        inside = _run_within(found, marks, number + 1, {holder})
        if inside is None:
            break
        widest = inside
        holder = holder.getparent()
    return widest


def _links(found: Sequence[Line]) -> Iterator[Element]:
    for line in found:
        for piece in line.pieces:
            if piece.link is not None and piece.text.strip():
                yield piece.link


def _run_within(
    found: Sequence[Line], marks: Sequence[Label | None], start: int, elements: Set[Element]
) -> list[int] | None:
    """Return the numbers of the lines inside the elements, or None if a label is among them."""
    end = start
    while end < len(found) and _within(found[end].block, elements):
        if marks[end] is not None:
            return None
        end += 1
    return list(range(start, end))


def _within(block: Element, elements: Set[Element]) -> bool:
    here: Element | None = block
    while here is not None and here not in elements:
        here = here.getparent()
    return here is not None
