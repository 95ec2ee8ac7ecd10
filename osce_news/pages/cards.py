"""Divides a page of cards into its results.

A card is the widest element with exactly one title, which is a link whose address ends in a number. So the
class of a card does not matter. If titles have no elements of their own, a card is the run of lines from one
title to the next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice

from lxml.etree import _Element as Element

from osce_news.errors import LayoutError
from osce_news.normalize.dates import parse_date
from osce_news.normalize.vocabulary import begins
from osce_news.pages.card_fields import CardFields
from osce_news.pages.card_groups import CardGroup, days_above
from osce_news.pages.card_titles import HEADING, SKIPPED, TEXT, WEAK, Title, find_titles, is_featured
from osce_news.pages.card_values import is_aside
from osce_news.pages.html_page import HtmlPage
from osce_news.pages.labels import split_labels
from osce_news.pages.text_lines import (
    HEADINGS,
    OUTER,
    Line,
    is_hidden,
    is_item,
    kind_of_result,
    number_of,
    text_of,
    upwards,
)
from osce_news.urls import page_number

_FEW_IN = 5  # one in this many titles may have an address without a number
_WEIGHTS = (HEADING, TEXT, WEAK)
_LEVELS = 5  # of elements around the only title of a page that may be its card


def find_cards(page: HtmlPage, *, ends_list: bool = False) -> list[CardFields]:
    """Return the cards in printed order; an empty list if no element with one numbered link repeats.

    With `ends_list`, the page is the last of several, which may have a single card.

    >>> page = HtmlPage('''<ul>
    ...     <li><a href="/node/2">Second</a> <time datetime="2026-06-02">2 June 2026</time></li>
    ...     <li><a href="/node/1">First</a> <time datetime="2026-06-01">1 June 2026</time></li></ul>''', "")
    >>> [(card.title, card.published) for card in find_cards(page)]
    [('Second', '2 June 2026'), ('First', '1 June 2026')]
    """
    if page.find("meta[property='article:published_time']"):
        return []  # an item's own page
    body = next(page.root.iter("body"), page.root)
    titles = find_titles(body)
    groups = _list_of(titles)
    if not groups:
        return []
    _add_lines(groups, page.lines)
    order = {element: number for number, element in enumerate(body.iter())}
    in_list = [group for group in groups if not group.is_featured]
    days = days_above(in_list)
    found = [card for group in in_list for card in group.cards(days) if card.link is not None or card.lines]
    found.sort(key=lambda card: order[card.lines[0].block if card.link is None else card.link])
    if page_number(page.url) in (None, 0):  # other pages may repeat it
        featured = [card for group in groups if group.is_featured for card in group.cards({})]
        found = [*(card for card in featured if _is_latest(card, found)), *found]
    if len(found) > 1:
        return found
    if single := [one for one in found if one.title and parse_date(one.published)]:
        return single
    # A date above the only title is in the card's element, though the text after it seems to be the card's.
    elements = [card for group in in_list for card in group.elements(days)] if ends_list else []
    is_certain = len(elements) == 1 and elements[0].has_one_heading_and_day and _is_alone(elements[0], titles)
    return elements if is_certain else []


def _is_alone(card: CardFields, titles: Sequence[Title]) -> bool:
    """Whether no title besides that of the card may be one of a list."""
    others = [title for title in titles if title.link is not card.link]
    return not any(_main_groups([one for one in others if one.weight == weight])[0] for weight in _WEIGHTS)


def _is_latest(featured: CardFields, cards: Sequence[CardFields]) -> bool:
    """Whether a card above the list is its newest item, with title and date, and not in it again.

    An older one is left out: it may be promoted, such as a film of last year, and if it is news, the list
    shows it at its own date, perhaps on a later page. An item is missed only if the list leaves out what it
    features.
    """
    dates = (parse_date(featured.published), parse_date(cards[0].published))
    if featured.title is None or featured.link is None or dates[0] is None or dates[1] is None:
        return False
    numbers = {number_of(card.link) for card in cards if card.link is not None}
    return dates[0] >= dates[1] and number_of(featured.link) not in numbers


def _list_of(titles: Sequence[Title]) -> list[CardGroup]:
    """Return the groups of the cards that are the list: those with most of the best titles.

    Raises LayoutError if as many titles are elsewhere on the page: then it is damaged, or not a list.
    """
    best: list[CardGroup] = []
    most = elsewhere = 0
    for weight in _WEIGHTS:
        groups, others = _main_groups([title for title in titles if title.weight == weight])
        count = sum(len(group.links) for group in groups)
        value = count * (weight if count > 1 else min(weight, 2 * TEXT))  # a single title may be featured
        if value > most:
            best, most, elsewhere = groups, value, others if others >= count else 0
    if elsewhere:
        raise LayoutError("titles", expected="one list of cards", got=f"{elsewhere} more titles elsewhere")
    return best


def _main_groups(titles: Sequence[Title]) -> tuple[list[CardGroup], int]:
    """Return the groups of cards that are a list, and the number of titles elsewhere on the page.

    Their titles have the most frequent form. Blocks next to the list do not count.
    """
    counts = Counter(element for title in titles for element in upwards(title.link))
    if len(titles) == 1:
        card = _widest(titles[0].link, counts, _LEVELS)
        parent = card.getparent()
        if parent is None or any(map(is_featured, upwards(titles[0].link))):
            return [], 0
        return [CardGroup(parent, {card: titles[0].link})], 0
    groups: dict[Element, CardGroup] = {}
    forms: dict[Element, tuple[object, str]] = {}
    in_side_blocks: dict[Element, bool] = {}
    for title in titles:
        card = _widest(title.link, counts)
        parent = card.getparent()
        if parent is None or _is_titled_as_side_block(card):
            continue
        if parent not in in_side_blocks:
            in_side_blocks[parent] = _is_in_side_block(parent, counts)
        if not in_side_blocks[parent]:
            groups.setdefault(parent, CardGroup(parent)).links[card] = title.link
            forms[card] = kind_of_result(title.link)
    if not forms:
        return [], 0
    ((form, _),) = Counter(forms.values()).most_common(1)
    first = next(iter(groups.values()))
    featured = CardGroup(first.parent, dict(first.links), is_featured=True)
    main = []
    for group in groups.values():
        tags = {card.tag for card in group.links if forms[card] == form}
        group.links = {card: link for card, link in group.links.items() if card.tag in tags}
        if group.links:
            main.append(group)
    largest = max(main, key=lambda group: len(group.links))
    place = _place(next(iter(largest.links)))
    main = [group for group in main if _is_alike(_place(next(iter(group.links))), place)]
    if first not in main and len(featured.links) == 1:
        main.append(featured)
    return main, len(forms) - sum(len(group.links) for group in main)


def _place(card: Element) -> list[Element]:
    """Return the elements from the root of the page down to the card."""
    return [*reversed(list(card.iterancestors())), card]


def _is_alike(one: Sequence[Element], other: Sequence[Element]) -> bool:
    """Whether two cards have similar places below their common element: in sections or rows of one list.

    A section with a single card is that card.
    """
    apart = ((a, b) for a, b in zip(one, other, strict=False) if a is not b)
    return all(kind_of_result(a) == kind_of_result(b) for a, b in apart)


def _widest(link: Element, counts: Mapping[Element, int], levels: int | None = None) -> Element:
    """Return the widest element around a link that contains no other title."""
    widest = link
    for number, element in enumerate(link.iterancestors()):
        if counts[element] > 1 or element.tag in OUTER or number == levels:
            break
        if next(element.iter("h1"), None) is not None:
            break
        widest = element
    return widest


def _is_titled_as_side_block(card: Element) -> bool:
    heading = next((one for one in card.iter(*HEADINGS) if one.tag != "h1"), None)
    return heading is not None and _is_heading_of_side_block(heading)


def _is_in_side_block(parent: Element, counts: Mapping[Element, int]) -> bool:
    """Whether a block with the cards of an element has a heading that says that it is not the list."""
    for block in upwards(parent):
        if block.tag in OUTER or counts[block] > counts[parent]:
            return False
        around = [*block.iterchildren(*HEADINGS), *islice(block.itersiblings(preceding=True), 1)]
        if any(one.tag in HEADINGS and _is_heading_of_side_block(one) for one in around):
            return True
    return False


def _is_heading_of_side_block(heading: Element) -> bool:
    links_item = any(is_item(link) for link in heading.iter("a"))
    linked = next(heading.iterancestors("a"), None) is not None
    return not links_item and not linked and begins("side_block", text_of(heading))


def _add_lines(groups: Sequence[CardGroup], lines: Sequence[Line]) -> None:
    """Give each group the lines in it, and the cards without a link that are like those with one."""
    by_parent = {group.parent: group for group in groups}
    for group in groups:
        _add_unlinked(group)
    owners = {card: group for group in groups for card in group.links}
    by_link = {link: card for group in groups for card, link in group.links.items()}
    for line in lines:
        for part in split_labels(line, cards=True):
            for element in upwards(part.block):
                if element in owners:
                    owners[element].lines.append((part, element))
                    break
                if element in by_parent:
                    group = by_parent[element]
                    cards = (by_link.get(link) for link in part.links)  # titles in a line of text
                    group.lines.append((part, next((one for one in cards if one in group.links), None)))
                    break
                if element.tag in SKIPPED:
                    break


def _add_unlinked(group: CardGroup) -> None:
    """Add the elements that are like the cards, but have no link to an item, or one of another form."""
    ((kind, _),) = Counter(map(kind_of_result, group.links)).most_common(1)
    if len(group.links) < 2:
        return
    others = [
        child
        for child in group.parent
        if child not in group.links
        and isinstance(child.tag, str)
        and kind_of_result(child) == kind
        and not is_hidden(child)
        and text_of(child)
    ]
    if not kind[1]:  # elements without a class may also be headings of sections, or the text of cards
        cards = [*group.links]
        between = {*cards[0].itersiblings()} & {*cards[-1].itersiblings(preceding=True)}
        is_title = _is_one_link(cards[0])
        others = [one for one in others if one in between and _has_title(one, alone=is_title)]
        others = others if len(others) * _FEW_IN <= len(cards) else []
    for child in others:
        links = {number_of(link): link for link in child.iter("a") if is_item(link)}
        only = iter(links.values()) if links else child.iter("a")
        group.links[child] = next(only, None) if len(links) < 2 else None


def _is_one_link(element: Element) -> bool:
    """Whether all text of an element is that of its first link."""
    link = next(element.iter("a"), None)
    return link is not None and text_of(element) == text_of(link)


def _has_title(element: Element, *, alone: bool) -> bool:
    """Whether an element has a link that may be a title: with `alone`, one that is all of its text."""
    link = next(element.iter("a"), None)
    return link is not None and not is_aside(text_of(link)) and (_is_one_link(element) or not alone)
