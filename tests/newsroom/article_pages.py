"""Renders an article in each layout; `osce_news.pages.article_layouts` says what is known about each."""

from __future__ import annotations

from collections.abc import Callable

from tests.newsroom import chrome
from tests.newsroom.articles import Article
from tests.newsroom.dates import print_day
from tests.newsroom.labels import LABELS, escape, result

HOST = "https://www.osce.org"
_SHARE = (
    '<div class="share-links"><span>Share this:</span> <a href="https://social.example/x">Facebook</a> '
    '<a href="https://social.example/y">Tweet</a> <a href="javascript:print()">Print page</a></div>\n'
)
# Parts of a page that are hidden or that are not its text; no test may find them in the text.
UNWANTED = (
    "Share this",
    "Tweet",
    "Print page",
    "trackPageview",
    "Editors only",
    "Terms of use",
    "Participating States\n",
    "More from the newsroom",
    "Skip to main content",
    "invisible",
    "SDGs",
    "Goal 16",
)


def render(article: Article, layout: str = "drupal7-header") -> str:
    """Return the HTML of the article's page in this layout; raises KeyError for an unknown one."""
    words, language = chrome.WORDS[article.language], article.language
    drupal = {"multisite": 10, "drupal11": 11}.get(layout, 7)
    skip = '<div class="skip"><p>Skip Links</p></div>\n' if drupal > 7 else ""
    return (
        f"{_head(article, drupal)}"
        f'<body class="html not-front page-node node-type-news">\n{skip}'
        f"{_with_languages(chrome.header(words), article)}"
        f"{LAYOUTS[layout](article)}"
        f"{_related(language)}{chrome.footer(words)}"
    )


def _head(article: Article, drupal: int) -> str:
    words = chrome.WORDS[article.language]
    head = chrome.head(words, article.language, drupal)
    title = escape(article.story.title)
    alternates = "".join(
        f'<link rel="alternate" hreflang="{code}" href="{HOST}{path}">\n'
        for code, path in article.translations
        if len(article.translations) > 1
    )
    return (
        head.replace(f"<title>{words.newsroom} |", f"<title>{title} |")
        .replace(f'{HOST}{words.prefix}/press-releases">', f'{HOST}{words.prefix}{article.story.path}">')
        .replace("</head>", f"{alternates}<script>trackPageview('{article.story.node}');</script>\n</head>")
    )


def _with_languages(header: str, article: Article) -> str:
    """Return the header with a language switcher that links to the translations of the item, if any."""
    for code, path in article.translations:
        listing = "/press-releases" if code == "en" else f"/{code}/press-releases"
        header = header.replace(f'"{listing}" lang="{code}"', f'"{path}" lang="{code}"')
    return header


def _title(article: Article) -> str:
    return result(article.story, article.language).title


def _day(article: Article) -> str:
    return f'<span class="date-display-single">{print_day(article.story.published, article.language)}</span>'


def _text(article: Article) -> str:
    return "".join(block.html for block in article.blocks)


def _hidden() -> str:
    return (
        '<p style="display: none">Editors only: check the names</p>\n'
        '<span class="element-invisible">invisible words</span>\n'
        '<script>trackPageview("text");</script>\n'
    )


def _image(article: Article) -> str:
    if article.image is None:
        return ""
    caption = f'<div class="image-caption">{escape(article.caption)}</div>' if article.caption else ""
    return f'<div class="image"><img src="{article.image}" alt="" width="640">{caption}</div>\n'


def _labels(article: Article) -> str:
    """Return type, offices and topics with their labels, without the date."""
    date = LABELS[article.language]["date"]
    return "".join(
        f'<div class="field"><div class="field-label">{field.label}</div>'
        f'<div class="field-items">{", ".join(field.linked)}</div></div>\n'
        for field in result(article.story, article.language).fields
        if field.label != date and field.name != "collections"
    )


def _downloads(article: Article) -> str:
    items = "".join(f'<li><a href="{one.href}">{one.title}</a></li>' for one in article.documents)
    return f'<ul class="osce-download-links">{items}</ul>\n'


def _contact(article: Article) -> str:
    heading, *lines = article.contact
    return f"<h3>{heading}</h3>\n<p>{'<br>'.join(map(escape, lines))}</p>\n"


def _related(language: str) -> str:
    heading = "More from the newsroom" if language == "en" else "Другие новости"
    items = "".join(
        f'<li><a href="/node/{number}">{heading} {number}</a> '
        f'<span class="date-display-single">1 May {2000 + number}</span></li>\n'
        for number in (1, 2, 3)
    )
    return f'<div class="related-items"><h2>{heading}</h2>\n<ul>\n{items}</ul></div>\n'


def _pane(name: str, content: str) -> str:
    return f'<div class="panel-pane pane-{name}"><div class="pane-content">\n{content}</div></div>\n'


def _panes(article: Article) -> str:
    parts = {
        "image": _image(article),
        "node-body": _text(article) + _hidden(),
        "node-contact": _contact(article),
        "osce-share": _SHARE,
    }
    return "".join(_pane(name, content) for name, content in parts.items() if content)


def _header_layout(article: Article) -> str:
    return (
        f'<div id="content" role="main">\n<div class="content--header">\n<h1>{_title(article)}</h1>\n'
        f'{_day(article)}\n{_labels(article)}</div>\n<div class="content--content">\n{_panes(article)}'
        f"</div>\n{_downloads(article)}</div>\n"
    )


def _content_layout(article: Article) -> str:
    return (
        f'<div id="content" role="main">\n<div class="content--content">\n<h1>{_title(article)}</h1>\n'
        f"{_day(article)}\n{_panes(article)}{_labels(article)}{_downloads(article)}</div>\n</div>\n"
    )


def _node_layout(article: Article) -> str:
    return (
        f'<div id="content" role="main">\n<div class="content--header"><h1>{_title(article)}</h1></div>\n'
        f'<div class="node-content">\n<div class="pane-content">\n{_day(article)}\n{_image(article)}'
        f"{_text(article)}{_hidden()}{_contact(article)}{_SHARE}</div>\n</div>\n"
        f"{_labels(article)}{_downloads(article)}</div>\n"
    )


def _description_layout(article: Article) -> str:
    return (
        f'<div id="content" role="main">\n<div class="content--content"><h1>{_title(article)}</h1>\n'
        f"{_day(article)}\n{_image(article)}"
        '<div class="field field-type-text field-field-description"><div class="field-items">'
        f'<div class="field-item odd">\n{_text(article)}{_hidden()}</div></div></div>\n'
        f"{_downloads(article)}{_SHARE}{_labels(article)}</div>\n"
        f'<div class="contact-block">{_contact(article)}</div></div>\n'
    )


def _section_layout(article: Article) -> str:
    section = "Newsroom" if article.language == "en" else "Новости"
    day = print_day(article.story.published, article.language)
    return (
        f'<div id="page"><div id="main">\n<div class="section">{section}</div>\n<h1>{_title(article)}</h1>\n'
        f'<div class="city">{article.place}</div>\n<div class="day">{day}</div>\n{_image(article)}'
        f"{_text(article)}{_hidden()}{_SHARE}{_contact(article)}</div></div>\n"
    )


def _multisite(article: Article) -> str:
    day = print_day(article.story.published, article.language)
    return (
        f'<main role="main">\n<article class="node node--type-news">\n<h1>{_title(article)}</h1>\n'
        f'<div class="node__date">{day}</div>\n<div class="node__content">\n{_image(article)}'
        f"{_text(article)}{_hidden()}{_contact(article)}</div>\n{_SHARE}</article>\n</main>\n"
    )


def _drupal11(article: Article) -> str:
    story = article.story
    facts = result(story, article.language).fields
    names = {"type": "Item type", "offices": "Source", "topics": "Field of work"}
    rows = "".join(
        f'<div class="meta__row"><span class="meta__label">{names[field.name]}</span>'
        f'<ul class="meta__values">{"".join(f"<li>{value}</li>" for value in field.values)}</ul></div>\n'
        for field in facts
        if field.name in names and field.name != "type"
    )
    kind = f'<p class="eyebrow">{story.content_type}</p>' if story.content_type else ""
    day = print_day(story.published, article.language)
    documents = "".join(
        f'<li><a href="{one.href}" hreflang="{one.language}">{one.title}</a></li>\n'
        for one in article.documents
    )
    return (
        f'<main id="main" role="main">\n<article class="node node--type-news">\n<header class="hero">{kind}'
        f'<h1 class="hero__title">{_title(article)}</h1>\n<time datetime="{story.published}T12:00:00Z">{day}'
        f"</time></header>\n{rows}{_image(article)}"
        f'<div class="body body-section is-text text--default">\n{_text(article)}{_hidden()}</div>\n'
        f'<div class="contact-box">{_contact(article)}</div>\n{_SHARE}<ul class="files">\n{documents}</ul>\n'
        '<div class="sdgs"><h3>SDGs</h3><ul><li>Goal 16: Peace and justice</li></ul></div>\n'
        "</article>\n</main>\n"
    )


LAYOUTS: dict[str, Callable[[Article], str]] = {
    "drupal7-header": _header_layout,
    "drupal7-content": _content_layout,
    "drupal6-node": _node_layout,
    "drupal6-description": _description_layout,
    "section-lines": _section_layout,
    "multisite": _multisite,
    "drupal11": _drupal11,
}
