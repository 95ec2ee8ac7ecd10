"""Other markup around the results, which is mostly harmless, and results in other places."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import cast

from lxml import html as lxml_html
from lxml.etree import _Element as Element
from lxml.etree import strip_tags

from tests.damage.mutation import Register
from tests.damage.sound import Sound
from tests.newsroom.stories import Story

markup = Register("markup")
structure = Register("structure")


markup.add(
    "class of the results renamed", lambda page: page.html.replace("search-result-news", "result-2027")
)
markup.add("all classes gone", lambda page: re.sub(r' class="[^"]*"', "", page.html))
markup.add("all classes renamed", lambda page: re.sub(r' class="[^"]*"', ' class="x"', page.html))
markup.add(
    "closing tags of li, p, dd, dt, tr left out",
    lambda page: re.sub("</(?:li|p|dd|dt|tr|td|th)>", "", page.html),
)
markup.add(
    "comments everywhere", lambda page: page.with_list(lambda text: text.replace(">\n", "><!-- field -->\n"))
)
markup.add("tags in capitals", lambda page: re.sub(r"</?\w+", lambda tag: tag[0].upper(), page.html))
markup.add(
    "empty elements everywhere",
    lambda page: page.with_list(lambda text: text.replace("</div>", "<i></i></div>")),
)
markup.add(
    "headings of another level",
    lambda page: page.with_list(lambda text: re.sub(r"(</?h)[234]", r"\g<1>5", text)),
)
markup.add(
    "classes of the results on the menu",
    lambda page: page.html.replace('class="leaf"', 'class="search-result-news"'),
)
markup.add("class of the results on every other one", lambda page: _every_other(page.html))
markup.add(
    "pictures before the titles",
    lambda page: page.with_list(lambda text: re.sub(r"(<a [^>]*>)", r'\1<img src="/x.png" alt="">', text)),
)


def _every_other(source: str) -> str:
    parts = source.split('class="search-result-news"')
    return (
        "".join(
            part + ('class="search-result-news"' if n % 2 else 'class="other"')
            for n, part in enumerate(parts[:-1])
        )
        + parts[-1]
    )


class Tree:
    """A page as a tree, with the elements of its results; `results` is empty if they have none."""

    def __init__(self, page: Sound) -> None:
        self.root = lxml_html.document_fromstring(page.html.encode())
        prefix = "/ru" if page.language == "ru" else ""
        paths = {f"{prefix}{story.path}" for story in page.stories}
        links = [link for link in self.root.iter("a") if link.get("href") in paths]
        counts: dict[Element, int] = {}
        for link in links:
            for above in link.iterancestors():
                counts[above] = counts.get(above, 0) + 1
        self.results = [self._widest(link, counts) for link in links]
        if any(result.tag in ("h3", "a") for result in self.results):
            self.results = []

    @staticmethod
    def _widest(link: Element, counts: dict[Element, int]) -> Element:
        return [link, *(above for above in link.iterancestors() if counts[above] == 1)][-1]

    def html(self) -> str:
        """Return the text of the page."""
        return cast(str, lxml_html.tostring(self.root, encoding="unicode", doctype="<!DOCTYPE html>"))


def _tree(register: Register, name: str, change: Callable[[Tree], None], *, fewer: bool = False) -> None:
    def apply(page: Sound) -> str | None:
        tree = Tree(page)
        if not tree.results:
            return None
        change(tree)
        return tree.html()

    register.add(name, apply, fewer=fewer)


def _wrap(element: Element, tag: str, **attributes: str) -> Element:
    outer = lxml_html.Element(tag, attributes)
    tail, element.tail = element.tail, None
    parent = element.getparent()
    assert parent is not None
    parent.replace(element, outer)
    outer.append(element)
    outer.tail = tail
    return cast(Element, outer)


def _each_wrapped(tag: str, **attributes: str) -> Callable[[Tree], None]:
    def change(tree: Tree) -> None:
        for result in tree.results:
            _wrap(result, tag, **attributes)

    return change


def _some_wrapped(tag: str, **attributes: str) -> Callable[[Tree], None]:
    def change(tree: Tree) -> None:
        for result in tree.results[1::3]:
            _wrap(result, tag, **attributes)

    return change


def _unwrapped(tree: Tree) -> None:
    for result in tree.results:
        result.tag = "unwrapped"
    strip_tags(tree.root, "unwrapped")


def _nested(tree: Tree) -> None:
    for outer, inner in zip(tree.results, tree.results[1:], strict=False):
        outer.append(inner)


def _dropped(which: slice) -> Callable[[Tree], None]:
    def change(tree: Tree) -> None:
        for result in tree.results[which]:
            parent = result.getparent()
            assert parent is not None
            parent.remove(result)

    return change


def _reversed(tree: Tree) -> None:
    parent = tree.results[0].getparent()
    assert parent is not None
    at = parent.index(tree.results[0])
    for result in tree.results:
        parent.insert(at, result)


_tree(markup, "each result in two more elements", _each_wrapped("div", **{"class": "outer"}))
_tree(markup, "each third result in one more element", _some_wrapped("section"))
_tree(markup, "no element around a result", _unwrapped)
_tree(structure, "results inside one another", _nested)
_tree(structure, "list emptied", _dropped(slice(None)), fewer=True)
_tree(structure, "second half of the results gone", _dropped(slice(2, None, 2)), fewer=True)
_tree(structure, "results in the reverse order", _reversed)
_tree(structure, "results in a template", _each_wrapped("template"))
_tree(structure, "results hidden", _each_wrapped("div", style="display: none"))
_tree(structure, "each third result hidden", _some_wrapped("div", hidden="hidden"), fewer=True)
_tree(structure, "results in a noscript", _each_wrapped("noscript"))
_tree(structure, "each third result in a box beside the list", _some_wrapped("aside"))
structure.add("results in a comment", lambda page: page.with_list(lambda text: f"<!-- {text} -->"))
structure.add(
    "results in a script",
    lambda page: page.with_list(lambda text: f"<script type='text/x-template'>{text}</script>"),
)
structure.add("the list twice", lambda page: page.with_list(lambda text: text + text))
structure.add(
    "each result printed twice", lambda page: page.shows([story for story in page.stories for _ in range(2)])
)


def _unclosed(tag: str) -> None:
    def apply(page: Sound) -> str:
        parts = [part for part in re.split(f"(</{tag}>)", page.html[page.list_bounds[0] :]) if part]
        ends = [number for number, part in enumerate(parts) if part == f"</{tag}>"]
        for number in ends[1::3]:
            parts[number] = ""
        return page.html[: page.list_bounds[0]] + "".join(parts)

    structure.add(f"each third </{tag}> of the list missing", apply)


for _tag in ("a", "div", "h3", "span", "p"):
    _unclosed(_tag)


@structure("an <a> that nobody closes between two results")
def _stray_link(page: Sound) -> str:
    path = page.stories[len(page.stories) // 2].path
    start = page.html.rindex("\n", 0, page.html.index(f'{path}"'))
    return f'{page.html[:start]}<a href="/feed">{page.html[start:]}'


@structure("menu entries as results, without a date")
def _menu(page: Sound) -> str | None:
    other = [
        Story(node=n, path=f"/menu/{n}", title=f"Menu {n}", published=page.stories[0].published)
        for n in (1, 2)
    ]
    html = page.shows([*other, *page.stories])
    more = replace(page, html=html, stories=(*other, *page.stories))
    return more.replaced(more.dates()[:2], "")


@structure("the first half in one layout, the rest in another")
def _two_layouts(page: Sound) -> str:
    half = len(page.stories) // 2
    one, rest = page.shows(page.stories[:half]), page.shows(page.stories[half:], _another(page.markup))
    start, end = replace(page, html=rest).list_bounds
    return one.replace("<aside", rest[start:end] + "<aside", 1)


def _another(name: str) -> str:
    return "strong" if name != "strong" else "table"


@structure("a box with a date of its own beside the list")
def _box(page: Sound) -> str:
    box = '<aside><h2>Upcoming</h2><p><b>Publishing date:</b> 1 May 2019</p><a href="/node/5">Old</a></aside>'
    return page.html.replace('<h2 class="pane-title">', box + '<h2 class="pane-title">', 1)
