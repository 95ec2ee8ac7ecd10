"""The fields of one card as printed: after labels, as values that need no label, or as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import takewhile
from typing import NamedTuple

from lxml.etree import _Element as Element

from osce_news.normalize.dates import is_date, parse_date
from osce_news.normalize.vocabulary import fold, says
from osce_news.pages.card_values import (
    CardValues,
    bare_text,
    is_aside,
    is_known,
    is_of_publishing,
    parts_of,
    says_more,
)
from osce_news.pages.labels import (
    DATE,
    LABEL_TAGS,
    Label,
    LabelledValues,
    field_of_label,
    join,
    read_label,
    values_after,
)
from osce_news.pages.text_lines import Line, Piece, class_words, kind_of, squeeze, text_of, upwards

_TITLE = frozenset({"title", "headline"})  # words in the class of a title
_CHANGED = re.compile("update|modified|changed", re.IGNORECASE)  # in the class of a date
_AROUND_DATE = 40  # characters on the line of a date, besides it; a longer line is a sentence
_MOST_TIMES = 20  # elements of a card that may be its date; each is looked for in all lines
_LONGEST_LABEL = 40  # characters
_LONGEST_BUTTON = 30  # characters; a longer text in a link to the item may be its teaser


class Time(NamedTuple):
    """A `time` element: its text and its `datetime`."""

    text: str
    datetime: str


class CardFields:
    """The fields of the card that consists of these lines inside the element.

    `link` is its numbered link, else another one, None if it has none; `times` are its time elements,
    `columns` the headings of its table's columns, `day` the date above its group of cards.
    """

    def __init__(
        self,
        lines: Sequence[Line],
        element: Element,
        link: Element | None,
        *,
        times: Sequence[Time] = (),
        columns: Sequence[str] = (),
        day: str | None = None,
    ) -> None:
        self.lines = lines
        self.element = element
        self.link = link
        self._times = times
        self._headings = dict(zip(element, columns, strict=False))  # of each cell's column
        self._above = day

    @cached_property
    def title(self) -> str | None:
        """The title; None if the card prints none."""
        texts = ["".join(piece.text for piece in self._title_pieces(line)) for line in self._title_lines]
        return squeeze(" ".join(texts)) or None

    @cached_property
    def values(self) -> Mapping[str, str]:
        """The values by field, as printed: after a label, or else recognised by the vocabulary."""
        published = {DATE: self.published} if self.published else {}
        return self._other_values.names | self.labelled.values | published

    @cached_property
    def published(self) -> str | None:
        """The date as printed, or the day in `datetime` if no date is printed; None without either."""
        unread = None
        for printed, stated in self._days():
            if (day := next(filter(parse_date, (printed, stated)), None)) is not None:
                return day
            unread = unread or printed or None
        return unread

    @property
    def has_one_heading_and_day(self) -> bool:
        """Whether the card has one heading, and all that may be its date is of one day."""
        headings = {line.heading for line in self.lines} - {None}
        days = {parse_date(text) for day in self._days() for text in day} - {None}
        return len(headings) == len(days) == 1

    @cached_property
    def labelled(self) -> LabelledValues:
        """The values after labels, and in the columns of a table whose headings are labels."""
        title = self._title_lines
        labels = [
            None if line in title else read_label(line, cards=True) or self._label_of_column(line)
            for line in self.lines
        ]
        return LabelledValues(self.lines, self.element, labels)

    @property
    def teaser(self) -> str | None:
        """The text below the title, or a text above it if nothing is below."""
        return self._other_values.text

    @property
    def unlabelled(self) -> str | None:
        """The line with the only date, if it has a label that is not known; None without such a line."""
        return None if self.published else next(iter(self._other_values.unsure), None)

    @property
    def contradicts_itself(self) -> bool:
        """Whether the printed date and its `datetime` are of different days; the printed one counts."""
        printed = parse_date(self.published)
        stated = [one.datetime for one in self._times if printed and parse_date(one.text) == printed]
        return any(printed not in (parse_date(one), one[:10]) for one in stated if one)

    @cached_property
    def _title_lines(self) -> Mapping[Line, None]:
        """The lines of the title in their order: its heading, else its link."""
        return dict.fromkeys(self._find_title())

    def _find_title(self) -> list[Line]:
        headings = [line for line in self.lines if line.heading is not None]
        if self.link is None:
            return headings[:1]
        linked = [line for line in headings if self._linked(line)]
        if (first := next(iter(linked or headings), None)) is not None:
            return [line for line in headings if line.heading is first.heading]
        of_link = ((line, pieces) for line in self.lines if (pieces := self._linked(line)))
        texts = [line for line, pieces in of_link if self._may_be_title(pieces)]
        return [line for line in texts or self.lines if self._is_called_title(line)][:1] or texts[:1]

    def _may_be_title(self, pieces: Sequence[Piece]) -> bool:
        whole = squeeze("".join(piece.text for piece in pieces))
        return not says_more(whole) and not all(map(is_aside, parts_of(pieces)))

    def _is_called_title(self, line: Line) -> bool:
        inside = takewhile(lambda element: element is not self.element, upwards(line.block))
        return any(_TITLE & class_words(element) for element in inside)

    def _title_pieces(self, line: Line) -> list[Piece]:
        """Return the parts of the line that are the title: those in the link, without values next to it."""
        inside = self._linked(line) or list(line.pieces)
        titles = [piece for piece in inside if line.heading is not None or not is_aside(piece.text)]
        return titles or inside

    def _beside_title(self, line: Line) -> list[Piece]:
        """Return the parts of the line that are not the title: all, if it is not a line of the title."""
        own = set(map(id, self._title_pieces(line) if line in self._title_lines else ()))
        return [piece for piece in line.pieces if id(piece) not in own]

    def _linked(self, line: Line) -> list[Piece]:
        return [piece for piece in line.pieces if piece.link is self.link]

    @cached_property
    def _other_values(self) -> CardValues:
        """The values and the text of the lines without a known label."""
        values = CardValues()
        title = self._title_lines
        other_labels = self._values_of_other_labels
        relative = {time.text for time in self._times if time.datetime and not is_date(time.text)}
        values.is_below = not title
        kind: object = None
        for number, line in enumerate(self.lines):
            if kind != (kind := kind_of(line.block)):
                values.end_text()
            if line in title:
                values.is_below = True
                values.add([one for one in self._beside_title(line) if squeeze(one.text) not in relative])
            elif number in self.labelled.used or line.block.tag == "figcaption":
                values.end_text()
            elif line.heading is not None:
                values.add(line.pieces, may_be_text=False)
            elif (label := other_labels.get(line.block)) is not None:
                values.add_labelled(label, line)
            elif self._is_in_other_column(line) or line.text in relative:
                values.end_text()
            elif not (line.is_link and fold(line.text) == fold(self.title or "")):
                pieces = self._without_more(line)
                values.add(pieces, may_be_text=not self._leads_elsewhere(pieces))
        return values

    def _without_more(self, line: Line) -> list[Piece]:
        """Return the pieces of a line without a link that says "Read more", in any language."""
        texts: dict[Element | None, str] = {}
        for piece in line.pieces:
            texts[piece.link] = texts.get(piece.link, "") + piece.text
        more = {link for link, text in texts.items() if link is not None and self._says_more(link, text)}
        return [piece for piece in line.pieces if piece.link not in more]

    def _says_more(self, link: Element, text: str) -> bool:
        """Whether a link says "Read more", or is a button: a short text alone in a link to the item."""
        if says_more(text):
            return True
        is_own = self.link is not None and link.get("href") == self.link.get("href")
        is_alone = squeeze(text) == text_of(link)
        return is_own and is_alone and len(squeeze(text)) <= _LONGEST_BUTTON and not is_known(bare_text(text))

    def _leads_elsewhere(self, pieces: Sequence[Piece]) -> bool:
        """Whether all of these are links to something else, such as a topic."""
        own = None if self.link is None else self.link.get("href")
        return all(
            piece.link is not None and piece.link.get("href") != own
            for piece in pieces
            if bare_text(piece.text)
        )

    @property
    def _values_of_other_labels(self) -> dict[Element, str]:
        """The labels that are not known, recognised by their class: by the blocks of labels and values."""
        labels: dict[Element, str] = {}
        for number, line in enumerate(self.lines):
            block = line.block
            is_label = block.tag in LABEL_TAGS or "label" in class_words(block)
            is_free = number not in self.labelled.used and line not in self._title_lines
            if (
                is_label
                and is_free
                and len(line.text) <= _LONGEST_LABEL
                and not is_known(bare_text(line.text))
            ):
                labels[block] = line.text
        found: dict[Element, str] = {}
        for block, label in labels.items():
            found[block] = label
            for value in values_after(block, self.element, labels):
                found |= {inner: label for inner in value.iter() if isinstance(inner.tag, str)}
        return found

    def _label_of_column(self, line: Line) -> Label | None:
        field = field_of_label(self._column(line))
        return Label(field, "", join(line.pieces), own_element=True) if field else None

    def _is_in_other_column(self, line: Line) -> bool:
        """Whether the heading of the line's column is not known, and the line is neither value nor text."""
        heading = self._column(line)
        return bool(heading) and not says("text_column", heading) and not is_aside(line.text)

    def _column(self, line: Line) -> str:
        """Return the heading of the line's column, "" without one."""
        cells = upwards(line.block) if self._headings else ()
        return next((self._headings[one] for one in cells if one in self._headings), "")

    def _days(self) -> Iterator[tuple[str, str]]:
        """Yield the dates as printed, each with its `datetime`, the most certain first."""
        labelled = self.labelled.values.get(DATE)
        if labelled or DATE in self.labelled.empty:
            of_label = (time for time in self._times if time.text in (labelled or ""))
            yield labelled or "", next((time.datetime for time in of_label), "")
        texts = [squeeze("".join(piece.text for piece in self._beside_title(line))) for line in self.lines]
        for time in self._times[:_MOST_TIMES]:
            if not time.text or any(_is_of_date(text, time) for text in texts):
                yield time.text if is_date(time.text) else "", time.datetime
        yield from ((day, "") for day in (*self._other_values.days, self._above) if day)


def _is_of_date(text: str, time: Time) -> bool:
    """Whether the text of a line shows the time as the date of publishing, and not in a sentence."""
    before, found, after = text.partition(time.text)
    return bool(found) and len(before + after) <= _AROUND_DATE and is_of_publishing(before)


def times_in(element: Element) -> list[Time]:
    """Return the times inside the element that may be the date of publishing."""
    return [time for one in element.iter("time", "meta") if (time := time_in(one)) is not None]


def time_in(element: Element) -> Time | None:
    """Return the time that the element states; None if it states none, or that of a change."""
    if is_of_change(element) if element.tag == "time" else element.get("itemprop") != "datePublished":
        return None
    return Time(text_of(element), (element.get("datetime") or element.get("content") or "").strip())


def is_of_change(element: Element) -> bool:
    """Whether the class of an element with a date says that the date is that of a change."""
    return _CHANGED.search(element.get("class") or "") is not None
