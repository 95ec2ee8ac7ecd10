"""A result in the known markup of the site, and in markups that other developers might write."""

from __future__ import annotations

from collections.abc import Callable

from tests.newsroom.labels import Field, Result

NBSP = "\N{NO-BREAK SPACE}"

_CLASSES = {
    "date": "publishing-date",
    "collections": "collections",
    "type": "content-type",
    "offices": "where-we-are",
    "topics": "what-we-do",
}


def _bare(label: str) -> str:
    return label.removesuffix(":")


def drupal7(one: Result) -> str:
    """Return the known markup of the site."""
    lines = "".join(
        f'      <div class="{_CLASSES[field.name]}"><span class="label">{field.label}</span> '
        f"{field.joined}</div>\n"
        for field in one.fields
    )
    teaser = f'      <div class="search-snippet">{one.teaser}</div>\n' if one.teaser else ""
    return (
        '<div class="search-result-news">\n  <dl class="search-result">\n'
        f'    <dt class="search-title"><h3><a href="{one.href}">{one.title}</a></h3></dt>\n'
        f"    <dd>\n{lines}{teaser}    </dd>\n  </dl>\n</div>\n"
    )


def strong(one: Result) -> str:
    """Return a paragraph per label, with the label in bold."""
    lines = "".join(f"<p><strong>{field.label}</strong> {field.joined}</p>\n" for field in one.fields)
    teaser = f'<p class="lead">{one.teaser}</p>\n' if one.teaser else ""
    return f'<div class="news-item">\n<h2><a href="{one.href}">{one.title}</a></h2>\n{lines}{teaser}</div>\n'


def _dl(one: Result, values: Callable[[Field], str]) -> str:
    lines = "".join(f"<dt>{field.label}</dt>{values(field)}\n" for field in one.fields)
    teaser = f"<p>{one.teaser}</p>\n" if one.teaser else ""
    return (
        f'<section class="entry">\n<h3><a href="{one.href}">{one.title}</a></h3>\n'
        f'<dl class="entry-meta">\n{lines}</dl>\n{teaser}</section>\n'
    )


def dl(one: Result) -> str:
    """Return a definition list with a `dd` for each value."""
    return _dl(one, lambda field: "".join(f"<dd>{value}</dd>" for value in field.values))


def dd_links(one: Result) -> str:
    """Return a definition list with one `dd` per label, whose values are links joined by commas."""
    return _dl(one, lambda field: f"<dd>{', '.join(field.linked)}</dd>")


def table(one: Result) -> str:
    """Return a small table with one row per label."""
    lines = "".join(
        f'<tr><th scope="row">{field.label}</th><td>{field.joined}</td></tr>\n' for field in one.fields
    )
    teaser = f'<p class="summary">{one.teaser}</p>\n' if one.teaser else ""
    return (
        f'<div class="row">\n<h3 class="row-title"><a href="{one.href}">{one.title}</a></h3>\n'
        f'<table class="row-facts">\n<tbody>\n{lines}</tbody>\n</table>\n{teaser}</div>\n'
    )


def lines(one: Result) -> str:
    """Return plain lines separated by breaks, and the title as a bare link."""
    parts = [f'<a href="{one.href}">{one.title}</a>']
    parts += [f"{field.label} {field.joined}" for field in one.fields]
    if one.teaser:
        parts.append(one.teaser)
    return "<div>" + "<br>\n".join(parts) + "</div>\n"


def drupal10(one: Result) -> str:
    """Return a node with the fields of a later Drupal, whose labels get their colons from a style sheet."""
    parts = []
    for field in one.fields:
        inner = f'<div class="field__label">{_bare(field.label)}</div>\n'
        if field.name in ("offices", "topics"):
            items = "".join(f'<div class="field__item">{value}</div>\n' for value in field.values)
            inner += f'<div class="field__items">\n{items}</div>\n'
        else:
            inner += f'<div class="field__item">{field.joined}</div>\n'
        name = _CLASSES[field.name]
        parts.append(
            f'<div class="field field--name-field-{name} field--label-inline clearfix">\n{inner}</div>\n'
        )
    if one.teaser:
        parts.append(
            '<div class="field field--name-body field--type-text-with-summary '
            f'field--label-hidden field__item"><p>{one.teaser}</p></div>\n'
        )
    return (
        '<article class="node node--type-news node--promoted node--view-mode-search-result">\n'
        f'<h2 class="node__title"><a href="{one.href}" rel="bookmark"><span>{one.title}</span>'
        f'</a></h2>\n<div class="node__content">\n{"".join(parts)}</div>\n</article>\n'
    )


def links(one: Result) -> str:
    """Return values as links, separated only by spaces."""
    parts = []
    for field in one.fields:
        values = field.values if field.name == "date" else field.linked
        parts.append(f'<div class="tags"><b>{field.label}</b> {" ".join(values)}</div>\n')
    teaser = f'<div class="text">{one.teaser}</div>\n' if one.teaser else ""
    return (
        f'<div class="teaser">\n<h3><a href="{one.href}">{one.title}</a></h3>\n'
        f"{''.join(parts)}{teaser}</div>\n"
    )


def nbsp(one: Result) -> str:
    """Return non-breaking spaces in labels, before colons and in values."""
    parts = []
    for field in one.fields:
        label = _bare(field.label).replace(" ", NBSP) + NBSP + ":"
        values = ", ".join(value.replace(" ", "&nbsp;") for value in field.values)
        parts.append(f"<p><b>{label}</b>{NBSP}{values}</p>\n")
    teaser = f"<p>{one.teaser}</p>\n" if one.teaser else ""
    return (
        f'<div class="item">\n<h3><a href="{one.href}">{one.title}</a></h3>\n{"".join(parts)}{teaser}</div>\n'
    )


def upper(one: Result) -> str:
    """Return labels in capitals."""
    parts = "".join(
        f'<li><span class="caps">{field.label.upper()}</span> {field.joined}</li>\n' for field in one.fields
    )
    teaser = f'<div class="body">{one.teaser}</div>\n' if one.teaser else ""
    return (
        f'<div class="card">\n<h3 class="card-title"><a href="{one.href}">{one.title}</a></h3>\n'
        f'<ul class="card-facts">\n{parts}</ul>\n{teaser}</div>\n'
    )


def nocolon(one: Result) -> str:
    """Return labels without colons."""
    parts = "".join(
        f'<div class="pair"><span class="key">{_bare(field.label)}</span> '
        f'<span class="value">{field.joined}</span></div>\n'
        for field in one.fields
    )
    teaser = f"<p>{one.teaser}</p>\n" if one.teaser else ""
    return f'<div class="hit">\n<h4><a href="{one.href}">{one.title}</a></h4>\n{parts}{teaser}</div>\n'


def flat(one: Result) -> str:
    """Return a heading, a paragraph of labels and one with the teaser, without an element around them."""
    labels = "<br>\n".join(f"<b>{field.label}</b> {field.joined}" for field in one.fields)
    teaser = f"<p>{one.teaser}</p>\n" if one.teaser else ""
    return f'<h3><a href="{one.href}">{one.title}</a></h3>\n<p>{labels}</p>\n{teaser}'


def nested(one: Result) -> str:
    """Return a result deep in wrappers with meaningless classes."""
    parts = "".join(
        f'<div class="f-k{number}"><span>{field.label}</span> <span>{field.joined}</span></div>\n'
        for number, field in enumerate(one.fields)
    )
    teaser = f'<div class="b-w"><div class="b-x"><div>{one.teaser}</div></div></div>\n' if one.teaser else ""
    return (
        '<li class="x-a"><div class="x-b"><div class="x-c"><div class="x-d">\n'
        f'<div class="t-w"><div class="t-x"><a class="t-y" href="{one.href}">{one.title}</a>'
        f'</div></div>\n<div class="f-w"><div class="f-x">\n{parts}</div></div>\n{teaser}'
        "</div></div></div></li>\n"
    )
