"""The known layouts of articles: where title, date and text are, and since when.

To add a layout, add a class at the end, a line at the top of LAYOUTS, and a fixture (see CONTRIBUTING.md).
Former layouts stay, because old copies must remain readable. If no layout matches, `unknown_layout` reads
the page.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

from lxml.etree import _Element as Element

from osce_news.errors import LayoutError
from osce_news.normalize.dates import parse_date, place_and_day
from osce_news.normalize.vocabulary import says
from osce_news.pages.article_values import beside_text
from osce_news.pages.card_fields import times_in
from osce_news.pages.html_page import HtmlPage
from osce_news.pages.text_lines import Line, outermost, squeeze, text_of, upwards

_HEADINGS = ("h1", "h2", "h3", "h4")  # that may be a title
_PLACE = re.compile(r"[^\W\d_][^\d:.!?]{1,60}")
_MOST_LINES = 6  # of a title
_HEAD = 30  # lines of a page that may contain its title


class Expected(NamedTuple):
    """A CSS selector and the number of matches it must have; `most` is None if there is no limit."""

    css: str
    least: int = 1
    most: int | None = 1

    def find(self, page: HtmlPage) -> list[Element]:
        """Return the matches; raises LayoutError for too few or too many."""
        found = page.find(self.css)
        if len(found) < self.least or (self.most is not None and len(found) > self.most):
            most = "or more" if self.most is None else f"to {self.most}"
            number = str(self.least) if self.least == self.most else f"{self.least} {most}"
            raise LayoutError(self.css, expected=f"{number} on the page", got=str(len(found)))
        return found


@dataclass(frozen=True, slots=True)
class ArticleOutline:
    """Title, date and place of an article as printed (None if not printed), and the elements of its text.

    `region` contains title and text. `used` are elements that were read and are not part of the text.
    """

    layout: str
    title: str
    region: Element
    texts: Sequence[Element]
    used: Sequence[Element] = ()
    published: str | None = None
    place: str | None = None
    remark: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)  # printed as in cards, by field


class ArticleLayout:
    """A layout that is recognised by class names; subclasses define the selectors.

    VALID_FROM and VALID_UNTIL are the days on which the first and the last page with it were fetched; None if
    not known. They and WHERE are for people: a page's layout is recognised by its markup, never by its date.
    """

    NAME: ClassVar[str]
    WHERE: ClassVar[str] = "www.osce.org"  # the host that has it
    VALID_FROM: ClassVar[datetime.date | None] = None
    VALID_UNTIL: ClassVar[datetime.date | None] = None
    TITLE: ClassVar[Expected]
    TEXT: ClassVar[Expected]
    DATE: ClassVar[Expected] = Expected("span.date-display-single", 0, None)

    def find(self, page: HtmlPage) -> ArticleOutline:
        """Return the outline; raises LayoutError if the page has another layout."""
        (title,) = self.TITLE.find(page)
        texts = outermost(self.TEXT.find(page), page.root)
        dates = outermost(self.DATE.find(page), page.root)
        printed = list(dict.fromkeys(filter(None, map(text_of, dates))))
        return ArticleOutline(
            layout=self.NAME,
            title=text_of(title),
            region=common_holder([title, *texts]),
            texts=texts,
            used=[title, *dates],
            published=next(iter(printed), None),
            remark=f"other dates on the page: {', '.join(printed[1:])[:100]}" if printed[1:] else None,
        )


class HeaderLayout(ArticleLayout):
    """Title in the content's header, text in panes below.

    Known: the three selectors, from a public crawler of unknown date that reads press releases with them.
    Assumed: that they are on the same page, and that panes contain only text and the known other parts.
    """

    NAME = "drupal7-header"
    TITLE = Expected("div.content--header > h1")
    TEXT = Expected("div.content--content > div > div.pane-content", 1, None)


class ContentLayout(ArticleLayout):
    """Title and text panes in the content. Known and assumed: as for HeaderLayout."""

    NAME = "drupal7-content"
    TITLE = Expected("div.content--content > h1")
    TEXT = HeaderLayout.TEXT


class NodeLayout(ArticleLayout):
    """Text in the pane of a node.

    Known: the selectors, from the same crawler. Assumed: that the title is where one of the other two has it.
    """

    NAME = "drupal6-node"
    TITLE = Expected("div.content--header > h1, div.content--content > h1")
    TEXT = Expected("div.node-content > div.pane-content", 1, None)


class DescriptionLayout(ArticleLayout):
    """A document's page: a description and downloads instead of a text.

    Known: both selectors, from the same crawler. Drupal 6 prefixes the names of fields with `field-field-`,
    so the layout is older than the others. Assumed: that the title is where one of them has it.
    """

    NAME = "drupal6-description"
    TITLE = NodeLayout.TITLE
    TEXT = Expected("div.field-field-description > div > div.field-item", 1, None)


class Drupal11Layout(ArticleLayout):
    """The title in a heading or in the head, the text in sections.

    Known: og:title, the first `datetime` of the page and the section's classes, from a public crawler of
    documents of June 2026. Assumed: that news items have the same markup, that sections of quotes, lists,
    tables and accordions are text, and that nothing else is.
    """

    NAME = "drupal11"
    WHERE = "odihr.osce.org"
    TITLE = Expected("h1", 0, None)
    TEXT = Expected(
        ".body-section:not([class*='is-']), "
        ".body-section:is(.is-text, .is-quote, .is-list, .is-table, .is-accordion)",
        1,
        None,
    )
    DATE = Expected("[datetime]", 0, None)

    def find(self, page: HtmlPage) -> ArticleOutline:
        """Return the outline; raises LayoutError if the page has another layout."""
        texts = outermost(page.find(self.TEXT.css), page.root)
        if not texts:  # the sections alone distinguish this layout
            raise LayoutError(self.NAME, expected="a section of text", got="none")
        heading, title = find_title(page)
        used = [] if heading is None else [heading]
        holder = common_holder([*texts, *used])
        region = next((one for one in upwards(holder) if one.tag in ("article", "main")), holder)
        dates = self.DATE.find(page)
        place = {element: number for number, element in enumerate(page.root.iter())}
        begin = place[heading] if heading is not None else -1
        near = [one for one in dates if begin < place[one] < place[texts[0]]]
        above, below = beside_text(region, texts, [time for one in near for time in times_in(one)])
        # A date elsewhere counts if it is in an attribute and not in the text.
        others = [one for one in dates if one not in near and set(texts).isdisjoint(upwards(one))]
        stated = (date for one in others for date in (text_of(one), one.get("datetime")))
        return ArticleOutline(
            layout=self.NAME,
            title=title,
            region=region,
            texts=texts,
            used=used,
            published=next(filter(parse_date, (above.published, *stated)), None),
            # Below the text only topics count: an office may be that of a contact.
            values={name: value for name, value in below.values.items() if name == "topics"}
            | dict(above.values),
        )


class SectionLayout(ArticleLayout):
    """Lines with the section's name, the title, usually a city, and the date; then the text.

    Known: this order of the visible lines ("Newsroom", title, city, date), from stored copies without markup
    or date. Assumed: that the title is a heading, and that the text follows in the element with title and
    date.
    """

    NAME = "section-lines"
    TITLE = Expected(", ".join(_HEADINGS), 1, None)
    TEXT = Expected("body")

    def find(self, page: HtmlPage) -> ArticleOutline:
        """Return the outline; raises LayoutError if the page has no such lines in this order."""
        self.TITLE.find(page)
        self.TEXT.find(page)
        for number, line in enumerate(page.lines):
            if says("section", line.text) and (found := self._below(page.lines, number + 1)) is not None:
                return found
        raise LayoutError("lines", expected="a section, a title, a place and a date", got="no such lines")

    def _below(self, lines: Sequence[Line], start: int) -> ArticleOutline | None:
        """Return the outline if a title, perhaps a place, and a date begin at this line; None otherwise."""
        title = [line for line in lines[start : start + _MOST_LINES] if line.block is lines[start].block]
        place, last = None, start + len(title)
        if last < len(lines) and _PLACE.fullmatch(lines[last].text):
            place, last = lines[last].text, last + 1
        day = place_and_day(lines[last].text) if last < len(lines) else None
        if not title or title[0].block.tag not in _HEADINGS or day is None:
            return None
        after = lines[last + 1 : last + 2] or lines[last : last + 1]
        region = common_holder([title[0].block, lines[last].block, after[0].block])
        above = (line.block for line in lines[: last + 1] if region in line.block.iterancestors())
        around = set(upwards(after[0].block))
        used = [block for block in dict.fromkeys(above) if block not in around]
        if len(used) < 2:
            raise LayoutError("lines", expected="title and date apart from the text", got="one element")
        return ArticleOutline(
            layout=self.NAME,
            title=" ".join(line.text for line in title),
            region=region,
            texts=[region],
            used=used,
            published=day.day,
            place=place or day.place,
        )


LAYOUTS: tuple[ArticleLayout, ...] = (
    Drupal11Layout(),
    HeaderLayout(),
    ContentLayout(),
    NodeLayout(),
    DescriptionLayout(),
    SectionLayout(),
)


def common_holder(elements: Sequence[Element]) -> Element:
    """Return the innermost element that contains all of them; it may be one of them."""
    common = set(upwards(elements[0]))
    for other in elements[1:]:
        common.intersection_update(upwards(other))
    return next(element for element in upwards(elements[0]) if element in common)


def find_title(page: HtmlPage) -> tuple[Element | None, str]:
    """Return the page's heading and its text; without a heading None and the title in the page's head.

    Raises LayoutError if the page has no title.
    """
    heading = page.heading
    title = _title_in_head(page) if heading is None else text_of(heading)
    if not title:
        raise LayoutError("h1", expected="a title", got=page.description)
    return heading, title


def _title_in_head(page: HtmlPage) -> str:
    """Return the title in the page's head, without the site's name; empty if the head has no title.

    The title is the longest line of the page that is part of it, else the part before a separator.
    """
    printed = page.stated_title
    in_title = (line.text for line in page.lines[:_HEAD] if line.text in printed)
    longest = max(in_title, key=len, default="")
    if len(longest) * 2 > len(printed):
        return longest
    return squeeze(re.split(r"\s[|–—]\s", printed)[0])
