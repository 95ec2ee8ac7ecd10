"""Lists of cards, as the Drupal 11 sites of 2026 may print them: one function for each layout of a card.

Only the first layout is known, and of it only the link, its class and the title in it. The others are what
Drupal and its themes commonly write.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.newsroom import pagers
from tests.newsroom.dates import print_day
from tests.newsroom.labels import escape
from tests.newsroom.stories import Story

DATES = ("none", "time", "text", "label")  # where a card has its date
LABELS = ("none", "old", "new", "bare")  # how it prints type, offices and topics
CARD_LABELS = {
    "old": {
        "date": "Publishing date",
        "type": "Content type",
        "offices": "Where we are",
        "topics": "What we do",
    },
    "new": {"date": "Date", "type": "Item type", "offices": "Source", "topics": "Field of work"},
    "none": {"date": "Date"},
    "bare": {"date": "Date"},
}


@dataclass(frozen=True, slots=True)
class Card:
    """What a card shows, as HTML text; `date` is empty if there is none, or if it is among `facts`."""

    href: str
    title: str
    date: str
    facts: tuple[tuple[str, tuple[str, ...]], ...]  # label (empty for none) and values
    teaser: str

    @classmethod
    def of(cls, story: Story, labels: str, dates: str) -> Card:
        """Return what the card of a story shows."""
        words = CARD_LABELS[labels]
        printed = {
            "date": (print_day(story.published),) if dates == "label" else (),
            "type": (story.content_type,) if story.content_type and labels != "none" else (),
            "offices": story.offices if labels != "none" else (),
            "topics": story.topics if labels != "none" else (),
        }
        day = print_day(story.published)
        stamp = f'<time datetime="{story.published}T12:00:00Z">{day}</time>'
        return cls(
            href=escape(story.path),
            title=escape(story.title),
            date={"time": stamp, "text": day}.get(dates, ""),
            facts=tuple(
                (words.get(name, ""), tuple(map(escape, values)))
                for name, values in printed.items()
                if values
            ),
            teaser=escape(story.teaser),
        )


def _tag(tag: str, css: str, content: str) -> str:
    return f'<{tag} class="{css}">{content}</{tag}>\n' if content else ""


def _fields(one: Card) -> str:
    """Return the facts as Drupal's fields: a label without a colon, each value in an element."""
    parts = []
    for label, values in one.facts:
        items = "".join(f'<div class="field__item">{value}</div>' for value in values)
        head = f'<div class="field__label">{label}</div>' if label else ""
        parts.append(
            f'<div class="field field--label-inline">{head}<div class="field__items">{items}</div></div>\n'
        )
    return "".join(parts)


def _lines(one: Card, tag: str = "div", strong: str = "strong") -> str:
    """Return the facts as lines, each with its label in bold and a colon."""
    return "".join(
        f"<{tag}>{f'<{strong}>{label}:</{strong}> ' if label else ''}{', '.join(values)}</{tag}>\n"
        for label, values in one.facts
    )


def teaser_link(one: Card) -> str:
    """One link around everything: the layout that was seen on odihr.osce.org."""
    return (
        f'<a class="teaser teaser--two-cols" href="{one.href}">\n{_tag("div", "teaser__date", one.date)}'
        f'<h2 class="teaser__title">{one.title}</h2>\n{_fields(one)}'
        f"{_tag('div', 'teaser__text', one.teaser)}</a>\n"
    )


def teaser_spans(one: Card) -> str:
    """One link around inline elements only; no heading."""
    facts = "".join(
        _tag(
            "span", "card-tag d-block", f"<b>{label}:</b> {', '.join(values)}" if label else ", ".join(values)
        )
        for label, values in one.facts
    )
    return (
        f'<li class="list-item"><a href="{one.href}">{_tag("span", "card-date", one.date)}<br>'
        f"{_tag('span', 'card-title', one.title)}<br>{facts.replace('</span>', '</span><br>')}"
        f"{_tag('span', 'card-text', one.teaser)}</a></li>\n"
    )


def views_row(one: Card) -> str:
    """A row of a view: a field for each value, the title in a heading, "Read more" below."""
    return (
        f'<div class="views-row"><div class="views-field views-field-title"><h3 class="field-content">'
        f'<a href="{one.href}" hreflang="en">{one.title}</a></h3></div>\n'
        f"{_tag('div', 'views-field views-field-created', one.date)}{_fields(one)}"
        f"{_tag('div', 'views-field views-field-body', one.teaser and f'<p>{one.teaser}</p>')}"
        f'<div class="views-field views-field-view-node"><a href="{one.href}">Read more'
        f'<span class="visually-hidden"> about {one.title}</span></a></div></div>\n'
    )


def article_node(one: Card) -> str:
    """A node in its teaser view: header, meta line, content, links."""
    return (
        '<article role="article" class="node node--type-news node--promoted node--view-mode-teaser">\n'
        f'<header><h2 class="node__title"><a href="{one.href}" rel="bookmark">'
        f"<span>{one.title}</span></a></h2>"
        f'{_tag("div", "node__meta", one.date)}</header>\n<div class="node__content">{_fields(one)}'
        f"{_tag('div', 'field--name-body', one.teaser and f'<p>{one.teaser}</p>')}</div>\n"
        f'<footer><ul class="links inline"><li class="node-readmore"><a href="{one.href}" rel="tag" '
        f'title="{one.title}">Read more</a></li></ul></footer></article>\n'
    )


def picture_card(one: Card) -> str:
    """A picture in a link of its own, then the title's link; the date above the title."""
    return (
        f'<div class="card h-100"><a class="card__image" href="{one.href}" tabindex="-1"><picture>'
        f'<img src="/x.jpg" alt="{one.title}"></picture></a>\n'
        f'<div class="card__body">{_tag("p", "card__date small", one.date)}'
        f'<h3 class="card__title"><a href="{one.href}">{one.title}</a></h3>\n{_lines(one)}'
        f"{_tag('p', 'card__text', one.teaser)}</div></div>\n"
    )


def stretched_link(one: Card) -> str:
    """A heading without a link, and a link without a text over the whole card."""
    return (
        f'<div class="tile"><h3 class="tile__heading">{one.title}</h3>\n{_tag("div", "tile__meta", one.date)}'
        f"{_lines(one, 'p')}{_tag('div', 'tile__copy', one.teaser)}"
        f'<a class="tile__link stretched-link" href="{one.href}" aria-label="{one.title}"></a></div>\n'
    )


def read_more(one: Card) -> str:
    """A heading without a link, and "Read more"."""
    return (
        f'<section class="promo-item">{_tag("div", "eyebrow", one.date)}'
        f"<h4>{one.title}</h4>\n{_lines(one, 'p', 'b')}"
        f'{_tag("p", "lead", one.teaser)}<p><a class="btn" href="{one.href}">Read more »</a></p></section>\n'
    )


def bem_list(one: Card) -> str:
    """An item of a list with classes of a design system, facts in a definition list."""
    facts = "".join(
        (f'<dt class="meta__term">{label}</dt>' if label else "")
        + "".join(f'<dd class="meta__value">{value}</dd>' for value in values)
        for label, values in one.facts
    )
    return (
        '<li class="c-listing__item"><div class="c-news-card c-news-card--compact">\n'
        f'<h3 class="c-news-card__heading"><a class="c-news-card__link" href="{one.href}">'
        f'<span class="c-news-card__link-text">{one.title}</span></a></h3>'
        f"{_tag('p', 'c-news-card__date', one.date)}{_tag('dl', 'meta', facts)}"
        f"{_tag('div', 'c-news-card__summary', one.teaser)}</div></li>\n"
    )


def plain_list(one: Card) -> str:
    """A link and a line of text in an item of a list without classes."""
    date = f" – {one.date}" if one.date else ""
    rest = _lines(one, "div") + _tag("p", "x", one.teaser)
    return f'<li><a href="{one.href}">{one.title}</a>{date}\n{rest}</li>\n'


def definition_list(one: Card) -> str:
    """A term and its descriptions; no element around a card."""
    facts = "".join(
        f"<dd>{f'<em>{label}:</em> ' if label else ''}{', '.join(values)}</dd>\n"
        for label, values in one.facts
    )
    date = f"<dd>{one.date}</dd>" if one.date else ""
    teaser = f'<dd class="text">{one.teaser}</dd>' if one.teaser else ""
    return f'<dt><a href="{one.href}">{one.title}</a></dt>{date}\n{facts}{teaser}\n'


def headings(one: Card) -> str:
    """Headings and paragraphs; no element around a card."""
    title = f'<h3><a href="{one.href}">{one.title}</a></h3>\n'
    return title + _tag("p", "date", one.date) + _lines(one, "p") + _tag("p", "text", one.teaser)


def date_first(one: Card) -> str:
    """The same with the date above the title."""
    title = f'<h3><a href="{one.href}">{one.title}</a></h3>\n'
    return _tag("p", "date", one.date) + title + _lines(one, "p") + _tag("p", "text", one.teaser)


def table_row(one: Card) -> str:
    """A row of a table whose columns have no headings."""
    return (
        f'<tr class="row"><td class="c1">{one.date}</td>'
        f'<td class="c2"><a href="{one.href}">{one.title}</a></td>\n'
        f'<td class="c3">{_lines(one)}</td><td class="c4">{one.teaser}</td></tr>\n'
    )


def grid(one: Card) -> str:
    """A column of a grid; values as links to lists, type and date on one line."""
    kind = next(
        (f"{values[0]}" for label, values in one.facts if values and not label and values[0] in _TYPES), ""
    )
    rest = [(label, values) for label, values in one.facts if kind not in values or not kind]
    meta = " | ".join(part for part in (one.date, kind) if part)
    facts = "".join(
        f'<div class="tags">{f"<span>{label}:</span> " if label else ""}'
        + " ".join(f'<a href="/newsroom?tag={number}">{value}</a>' for number, value in enumerate(values))
        + "</div>\n"
        for label, values in rest
    )
    return (
        f'<div class="col-md-4"><article class="box"><figure><img src="/a.png" alt="">'
        f"<figcaption>A picture. (OSCE)</figcaption></figure>{_tag('div', 'box-meta', meta)}"
        f'<h3><a href="{one.href}">{one.title}</a></h3>{facts}'
        f"{_tag('div', 'box-text', one.teaser)}</article></div>\n"
    )


_TYPES = ("Press release", "News", "Press statement", "Daily report", "Spot report", "Weekly report")
# By layout: the function that writes a card, and the markup before and after all of them.
CARDS: dict[str, tuple[Callable[[Card], str], str, str]] = {
    "teaser-link": (teaser_link, '<div class="teasers">', "</div>"),
    "teaser-spans": (teaser_spans, '<ul class="list">', "</ul>"),
    "views-row": (views_row, '<div class="view view-news"><div class="view-content">', "</div></div>"),
    "article-node": (article_node, '<div class="view-content">', "</div>"),
    "picture-card": (picture_card, '<div class="cards row">', "</div>"),
    "stretched-link": (stretched_link, '<div class="tiles">', "</div>"),
    "read-more": (read_more, "<div>", "</div>"),
    "bem-list": (bem_list, '<ul class="c-listing">', "</ul>"),
    "plain-list": (plain_list, "<ul>", "</ul>"),
    "definition-list": (definition_list, "<dl>", "</dl>"),
    "headings": (headings, "<div>", "</div>"),
    "date-first": (date_first, "<div>", "</div>"),
    "table-row": (table_row, "<table><tbody>", "</tbody></table>"),
    "grid": (grid, '<div class="row">', "</div>"),
}


def render_cards(
    stories: Sequence[Story],
    layout: str,
    *,
    labels: str = "none",
    dates: str = "time",
    page: int = 0,
    pages: int = 1,
    path: str = "/odihr/news",
) -> str:
    """Return the HTML of a page with a card per story, and with menus and blocks that also link items."""
    one, before, after = CARDS[layout]
    shown = "".join(one(Card.of(story, labels, dates)) for story in stories)
    pager = pagers.drupal10(pagers.Place(path=path, query=(), page=page, pages=pages))
    return f"{_ABOVE}{before}\n{shown}{after}\n{pager}{_BELOW}"


_ABOVE = """<!DOCTYPE html>
<html lang="en" dir="ltr" prefix="og: https://ogp.me/ns#">
<head>
<meta charset="utf-8">
<meta name="Generator" content="Drupal 11 (https://www.drupal.org)">
<title>News | OSCE Office for Democratic Institutions and Human Rights</title>
<script type="application/json" data-drupal-selector="drupal-settings-json">{"path": {}}</script>
</head>
<body class="path-news">
<ul class="skip-links"><li>Skip Links</li><li><a href="#main">Skip to main content</a></li></ul>
<header class="site-header" role="banner">
<a href="/" rel="home">ODIHR</a>
<nav class="menu--main" aria-label="Main"><ul><li><a href="/odihr/about/100001">About us</a></li>
<li><a href="/odihr/100002">Our work</a></li><li><a href="/odihr/news">News</a></li></ul></nav>
<div class="language-switcher"><a href="/ru/node/100003">Русский</a>
<a href="/node/100003">English</a></div>
</header>
<nav class="breadcrumb"><ol><li><a href="/">Home</a></li><li><a href="/node/100004">Resources</a></li>
</ol></nav>
<main id="main" role="main">
<h1 class="page-title">News</h1>
<p class="intro">What ODIHR does for elections, human rights and tolerance.</p>
<section class="block-featured"><h2>Featured</h2>
<a class="teaser teaser--wide" href="/odihr/100005"><h2 class="teaser__title">A story of last year</h2>
<time datetime="2025-01-01T12:00:00Z">1 January 2025</time></a></section>
<form action="/odihr/news"><label>Type</label> <select><option>News</option></select>
<label for="d">Date</label><input id="d"><input type="submit" value="Apply"></form>
"""
_BELOW = """<div class="block block-most-read"><h2>Most read</h2>
<div class="views-row"><h3><a href="/odihr/100006">An old favourite</a></h3><p>2 May 2019</p></div>
<div class="views-row"><h3><a href="/odihr/100007">Another one</a></h3><p>3 May 2019</p></div></div>
<section><h2>You may also be interested in</h2><ul><li><a href="/odihr/100008">A handbook</a></li>
<li><a href="/odihr/100009">A guide</a></li><li><a href="/odihr/100010">A course</a></li></ul></section>
</main>
<aside><div class="teasers"><a class="teaser" href="/odihr/100011"><h2 class="teaser__title">Beside</h2></a>
<a class="teaser" href="/odihr/100012"><h2 class="teaser__title">Beside too</h2></a></div></aside>
<footer role="contentinfo"><ul><li><a href="/node/100013">Contacts</a></li>
<li><a href="/node/100014">Terms</a></li></ul><p>© OSCE, 1995–2026</p></footer>
</body>
</html>
"""
