"""What every page has around the results: head, menu, search form, facets, footer."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from tests.newsroom.labels import OFFICE_NUMBERS, TOPIC_NUMBERS


@dataclass(frozen=True, slots=True)
class Words:
    """The words of the page's frame in one language."""

    prefix: str
    site: str
    skip: tuple[str, str]
    home: str
    newsroom: str
    heading: str
    lead: str
    search: str
    menu: tuple[tuple[str, tuple[str, ...]], ...]
    facets: tuple[tuple[str, dict[str, str]], ...]
    footer: tuple[str, ...]
    empty: str
    hints: tuple[str, ...]


def _by_number(vocabulary: int, numbers: dict[str, int]) -> dict[str, str]:
    return {name: f"im_taxonomy_vid_{vocabulary}:({n})" for name, n in numbers.items()}


ENGLISH = Words(
    prefix="",
    site="OSCE",
    skip=("Skip to main content", "Skip to navigation"),
    home="Home",
    newsroom="Newsroom",
    heading="News and press releases",
    lead="News and press releases from the OSCE&#039;s global activities.",
    search="Search",
    menu=(
        ("Who we are", ("What is the OSCE?", "Participating States", "History", "Employment")),
        (
            "What we do",
            ("Arms control", "Border management", "Elections", "Human rights", "Policing", "Youth"),
        ),
        (
            "Where we are",
            ("OSCE Secretariat", "OSCE Presence in Albania", "OSCE Mission to Moldova", "Closed"),
        ),
        ("Resources", ("Documents", "Publications", "Newsroom", "Videos", "Contacts")),
    ),
    facets=(
        ("Where we are", _by_number(1, OFFICE_NUMBERS)),
        ("What we do", _by_number(3, TOPIC_NUMBERS)),
        ("Content type", {"Press release": "bundle:press_release", "News": "bundle:news"}),
    ),
    footer=("Contacts", "Terms of use", "Privacy policy", "Webmail", "RSS"),
    empty="Your search yielded no results",
    hints=(
        "Check if your spelling is correct, or try removing filters.",
        (
            "Remove quotes around phrases to match each word individually: <em>&quot;blue "
            "drop&quot;</em> will match less than <em>blue drop</em>."
        ),
        (
            "You can require or exclude terms using + and -: <em>big +blue drop</em> will require a "
            "match on <em>blue</em> while <em>big blue -drop</em> will exclude results that contain "
            "<em>drop</em>."
        ),
    ),
)

RUSSIAN = Words(
    prefix="/ru",
    site="ОБСЕ",
    skip=("Перейти к основному содержанию", "Перейти к навигации"),
    home="Главная",
    newsroom="Новости",
    heading="Новости и пресс-релизы",
    lead="Новости и пресс-релизы о деятельности ОБСЕ",
    search="Поиск",
    menu=(
        ("Об ОБСЕ", ("Что такое ОБСЕ?", "Государства-участники", "История")),
        ("Что мы делаем", ("Выборы", "Права человека", "Свобода и развитие СМИ")),
        ("Ресурсы", ("Документы", "Публикации", "Новости", "Контакты")),
    ),
    facets=(("Что мы делаем", _by_number(3, {"Свобода и развитие СМИ": 124, "Выборы": 120})),),
    footer=("Контакты", "Условия использования", "RSS"),
    empty="Поиск не дал результатов",
    hints=("Проверьте правописание или снимите фильтры.",),
)

WORDS = {"en": ENGLISH, "ru": RUSSIAN}


def head(words: Words, language: str, drupal: int = 7) -> str:
    """Return the document up to the end of its head, as this version of Drupal writes it."""
    if drupal == 7:
        settings = (
            '<script src="/misc/jquery.js"></script>\n'
            '<script>jQuery.extend(Drupal.settings, {"basePath": "/", "pathPrefix": "", '
            '"search": {"label": "Search: <b>all news</b>"}});</script>\n'
        )
    else:
        settings = (
            '<script type="application/json" data-drupal-selector="drupal-settings-json">'
            '{"path": {"baseUrl": "/", "currentPath": "press-releases"}}</script>\n'
        )
    return (
        f'<!DOCTYPE html>\n<html lang="{language}" dir="ltr">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{words.newsroom} | {words.site}</title>\n"
        f'<meta name="generator" content="Drupal {drupal} (https://www.drupal.org)">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<link rel="canonical" href="https://www.osce.org{words.prefix}/press-releases">\n'
        '<link rel="shortcut icon" href="/favicon.ico" type="image/vnd.microsoft.icon">\n'
        '<link rel="stylesheet" href="/sites/all/themes/newsroom/css/style.css" media="all">\n'
        '<style media="print">.region-sidebar, .pager { display: none; }</style>\n'
        f"{settings}</head>\n"
    )


def header(words: Words) -> str:
    """Return the page's banner: skip links, site name, menu, languages, search form."""
    menu = "".join(
        f'<li class="expanded"><h2 class="menu-heading">{heading}</h2>\n<ul class="menu">'
        + "".join(f'<li class="leaf"><a href="{_slug(words, text)}">{text}</a></li>' for text in of)
        + "</ul></li>\n"
        for heading, of in words.menu
    )
    return (
        f'<div id="skip-link"><a href="#main-content">{words.skip[0]}</a> '
        f'<a href="#main-menu">{words.skip[1]}</a></div>\n'
        '<header id="header" role="banner">\n'
        f'<a href="{words.prefix or "/"}" rel="home" class="logo"><span>{words.site}</span></a>\n'
        '<ul class="language-switcher"><li><a href="/press-releases" lang="en">English</a></li>'
        '<li><a href="/ru/press-releases" lang="ru">Русский</a></li></ul>\n'
        f'<nav id="main-menu"><ul class="menu">\n{menu}</ul></nav>\n'
        f'<form action="{words.prefix}/search" method="get" id="search-block-form">'
        f'<label for="edit-keys">{words.search}</label> '
        '<input type="text" id="edit-keys" name="keys" value="" size="15" maxlength="128"> '
        f'<input type="submit" value="{words.search}"></form>\n</header>\n'
    )


def opening(words: Words) -> str:
    """Return breadcrumb, heading and lead, which are above the results."""
    return (
        f'<div class="breadcrumb"><a href="{words.prefix or "/"}">{words.home}</a> » '
        f"{words.newsroom}</div>\n"
        f'<a id="main-content"></a>\n<h1 class="title" id="page-title">{words.newsroom}</h1>\n'
        f'<h2 class="pane-title">{words.heading}</h2>\n<p class="lead">{words.lead}</p>\n'
    )


def sidebar(words: Words) -> str:
    """Return the facets, each with a heading that reads like a label, and links that filter."""
    blocks = []
    for heading, values in words.facets:
        items = "".join(
            f'<li class="leaf"><a href="{words.prefix}/press-releases?filters='
            f'{quote(wanted, safe="")}&amp;solrsort=ds_date%20desc" rel="nofollow" '
            f'class="facetapi-inactive">{value} ({37 * len(value)})</a></li>\n'
            for value, wanted in values.items()
        )
        blocks.append(
            f'<div class="block block-facetapi"><h2>{heading}</h2>\n'
            f'<ul class="facetapi-facetapi-links">\n{items}</ul></div>\n'
        )
    return f'<aside class="region region-sidebar">\n{"".join(blocks)}</aside>\n'


def footer(words: Words) -> str:
    """Return the end of the page and of the document."""
    items = "".join(f'<li><a href="{_slug(words, text)}">{text}</a></li>' for text in words.footer)
    return (
        f'<footer id="footer" role="contentinfo">\n<ul class="menu">{items}</ul>\n'
        f"<p>© {words.site}, 1995–2025</p>\n</footer>\n</body>\n</html>\n"
    )


def no_results(words: Words) -> str:
    """Return an empty result list, which says that it is empty."""
    hints = "".join(f"<li>{hint}</li>\n" for hint in words.hints)
    return f'<h3 class="search-no-results">{words.empty}</h3>\n<ul>\n{hints}</ul>\n'


def _slug(words: Words, text: str) -> str:
    return f"{words.prefix}/{quote(text.lower().replace(' ', '-').rstrip('?'))}"
