"""Other pages in place of the list, served as if nothing were wrong."""

from __future__ import annotations

import json
import re

from tests.damage.mutation import Register
from tests.damage.sound import Sound
from tests.newsroom.labels import LABELS
from tests.newsroom.pages import render_article, render_challenge, render_not_found
from tests.newsroom.stories import Story

other = Register("another page")


def _frame(page: Sound, content: str) -> str:
    """Return the page with other content in place of its list."""
    return page.with_list(lambda _: f"{content}</div></div></div></div>")


def _one(story: Story) -> dict[str, object]:
    return {"title": story.title, "Publishing date": str(story.published), "url": story.path}


_LOGIN = (
    '<h2>Log in</h2><form action="/user/login" method="post"><label>Username</label><input name="name">'
    '<label>Password</label><input type="password" name="pass"><input type="submit" value="Log in"></form>'
)
_ERROR = "<h2>Error</h2><p>The website encountered an unexpected error. Please try again later.</p>"
_EMPTY = "<h3>Your search yielded no results</h3>"

other.add("nothing", lambda page: "")
other.add("white space", lambda page: " \n\t\n ")
other.add("a zero byte", lambda page: "\0")
other.add("JSON", lambda page: json.dumps([_one(story) for story in page.stories]))
other.add("JSON of rendered results", lambda page: json.dumps({"data": page.html}))
other.add("plain text", lambda page: re.sub(r"<[^>]+>", "", page.html))
other.add("login", lambda page: _frame(page, _LOGIN))
other.add("login by itself", lambda page: f"<html><title>Log in</title><body>{_LOGIN}</body></html>")
other.add("error", lambda page: _frame(page, _ERROR))
other.add(
    "error of a proxy",
    lambda page: "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>",
)
other.add("not found", lambda page: render_not_found())
other.add(
    "maintenance", lambda page: f"<html><title>Site under maintenance</title><body>{_ERROR}</body></html>"
)
other.add("challenge", lambda page: render_challenge())
other.add("an item's own page", lambda page: render_article(page.stories[0], page.language))
other.add(
    "the search form only", lambda page: _frame(page, '<form action="/search"><input name="keys"></form>')
)
other.add("a list that is filled by a script", lambda page: _frame(page, '<div id="app">Loading</div>'))
other.add("a list that is empty and does not say so", lambda page: _frame(page, ""))
other.add("a list that says it is empty", lambda page: _frame(page, _EMPTY), fewer=True)
other.add(
    "links without anything else",
    lambda page: _frame(page, "".join(f'<p><a href="{one.path}">{one.node}</a></p>' for one in page.stories)),
)
other.add("the list in a frame", lambda page: '<html><frameset><frame src="/list"></frameset></html>')


@other("a feed")
def _feed(page: Sound) -> str:
    items = "".join(
        f"<item><title>{story.node}</title><link>https://www.osce.org{story.path}</link>"
        f"<pubDate>{story.published:%a, %d %b %Y}</pubDate></item>"
        for story in page.stories
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'


@other("'no results' in a hidden template, the date's label renamed")
def _hidden_sentence(page: Sound) -> str | None:
    renamed = page.replaced(page.labels("date"), "Issued:")
    return renamed and renamed.replace(
        "<aside", f"<template>{_EMPTY}</template><div hidden>{_EMPTY}</div><aside", 1
    )


@other("'no results' in a visible box, the date's label renamed")
def _visible_sentence(page: Sound) -> str | None:
    renamed = page.replaced(page.labels("date"), "Issued:")
    return renamed and renamed.replace("<aside", f"<div>{_EMPTY} for your saved searches</div><aside", 1)


@other("the page's frame twice, the list once")
def _frame_twice(page: Sound) -> str | None:
    if "<header" not in page.html:
        return None
    start, _ = page.list_bounds
    return page.html.replace("<aside", page.html[page.html.index("<header") : start] + "<aside", 1)


@other("the list in another language's labels")
def _translated(page: Sound) -> str | None:
    if page.language != "en":
        return None
    both = sorted((place, text) for name, text in LABELS["ru"].items() for place in page.labels(name))
    return page.replaced([place for place, _ in both], [text for _, text in both])
