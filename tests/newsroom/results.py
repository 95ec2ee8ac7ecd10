"""One result in the markup that is known of the site and in markups that others might write."""

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
    """The markup of the site, as far as it is known."""
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
    """A paragraph a label, the label in bold."""
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
    """A definition list with a `dd` for each value."""
    return _dl(one, lambda field: "".join(f"<dd>{value}</dd>" for value in field.values))


def dd_links(one: Result) -> str:
    """A definition list with one `dd` a label, its values links with commas between."""
    return _dl(one, lambda field: f"<dd>{', '.join(field.linked)}</dd>")


def table(one: Result) -> str:
    """A small table, one row a label."""
    lines = "".join(
        f'<tr><th scope="row">{field.label}</th><td>{field.joined}</td></tr>\n' for field in one.fields
    )
    teaser = f'<p class="summary">{one.teaser}</p>\n' if one.teaser else ""
    return (
        f'<div class="row">\n<h3 class="row-title"><a href="{one.href}">{one.title}</a></h3>\n'
        f'<table class="row-facts">\n<tbody>\n{lines}</tbody>\n</table>\n{teaser}</div>\n'
    )


def lines(one: Result) -> str:
    """Plain lines with breaks between, the title a bare link."""
    parts = [f'<a href="{one.href}">{one.title}</a>']
    parts += [f"{field.label} {field.joined}" for field in one.fields]
    if one.teaser:
        parts.append(one.teaser)
    return "<div>" + "<br>\n".join(parts) + "</div>\n"


def drupal10(one: Result) -> str:
    """A node in a later Drupal's fields; labels have no colon there, a stylesheet adds it."""
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
    """Values as links, with nothing but a space between."""
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
    """Non-breaking spaces in the labels, before their colons and within the values."""
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
    """Labels in capitals."""
    parts = "".join(
        f'<li><span class="caps">{field.label.upper()}</span> {field.joined}</li>\n' for field in one.fields
    )
    teaser = f'<div class="body">{one.teaser}</div>\n' if one.teaser else ""
    return (
        f'<div class="card">\n<h3 class="card-title"><a href="{one.href}">{one.title}</a></h3>\n'
        f'<ul class="card-facts">\n{parts}</ul>\n{teaser}</div>\n'
    )


def nocolon(one: Result) -> str:
    """Labels without colons."""
    parts = "".join(
        f'<div class="pair"><span class="key">{_bare(field.label)}</span> '
        f'<span class="value">{field.joined}</span></div>\n'
        for field in one.fields
    )
    teaser = f"<p>{one.teaser}</p>\n" if one.teaser else ""
    return f'<div class="hit">\n<h4><a href="{one.href}">{one.title}</a></h4>\n{parts}{teaser}</div>\n'


def flat(one: Result) -> str:
    """No element around a result: heading, a paragraph of labels, a paragraph of teaser."""
    labels = "<br>\n".join(f"<b>{field.label}</b> {field.joined}" for field in one.fields)
    teaser = f"<p>{one.teaser}</p>\n" if one.teaser else ""
    return f'<h3><a href="{one.href}">{one.title}</a></h3>\n<p>{labels}</p>\n{teaser}'


def nested(one: Result) -> str:
    """Deep in wrappers whose classes say nothing."""
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
