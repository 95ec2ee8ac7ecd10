"""Text that is cut, escaped, encoded or written otherwise."""

from __future__ import annotations

import html
import re
from dataclasses import replace

from tests.newsroom.damage_values import contents
from tests.newsroom.mutation import Register
from tests.newsroom.sound import Sound

text = Register("text and length")

_END = "</div></body></html>\n"


def _cut(share: float, end: str) -> None:
    def apply(page: Sound) -> str:
        first, last = page.list_bounds
        return page.html[: first + int((last - first) * share)] + end

    closed = "with" if end else "without"
    text.add(f"cut at {share:.0%} of the list, {closed} closing tags", apply, fewer=True)


for _share in (0.03, 0.25, 0.5, 0.75, 0.97):
    _cut(_share, "")
    _cut(_share, _END)


@text("cut between two results, with closing tags", fewer=True)
def _between(page: Sound) -> str | None:
    middle = page.stories[len(page.stories) // 2]
    before = page.html.rfind("\n<", 0, page.html.index(f'{middle.path}"'))
    while page.html[before:].startswith("\n</") or "<h" in page.html[before : before + 4]:
        before = page.html.rfind("\n<", 0, before)
    return page.html[:before] + _END


@text("cut inside a label")
def _in_label(page: Sound) -> str | None:
    places = page.labels("offices") or page.labels("type")
    return page.html[: places[len(places) // 2].start + 5] + _END if places else None


def _map(page: Sound, pattern: str, to: str) -> str:
    first, last = page.list_bounds
    return page.html[:first] + re.sub(pattern, to, page.html[first:last]) + page.html[last:]


@text("UTF-8 read as Latin-1")
def _mojibake(page: Sound) -> str:
    return page.html.encode().decode("latin-1")


@text("UTF-8 read as Windows-1252")
def _windows(page: Sound) -> str:
    return page.html.encode().decode("cp1252", "replace")


@text("letters beyond ASCII lost")
def _lost(page: Sound) -> str:
    return page.html.encode().decode("ascii", "replace")


@text("letters beyond ASCII as question marks")
def _questions(page: Sound) -> str:
    return page.html.encode("ascii", "replace").decode()


@text("entities escaped twice")
def _escaped_twice(page: Sound) -> str:
    return _map(page, r"&(?=\w+;|#\d+;)", "&amp;")


@text("letters beyond ASCII as entities escaped twice")
def _all_escaped_twice(page: Sound) -> str:
    return _map(replace(page, html=_numeric(page.html)), r"&(?=\w+;|#\d+;)", "&amp;")


def _numeric(source: str) -> str:
    return source.encode("ascii", "xmlcharrefreplace").decode()


@text("letters beyond ASCII as entities")
def _entities(page: Sound) -> str:
    return _numeric(page.html)


@contents("entities left out")
def _no_entities(page: Sound) -> str:
    return _map(page, r"&(?:lt|gt|quot|amp|#039);", "")


@text("the page in capitals")
def _capitals(page: Sound) -> str:
    return page.html.upper()


@text("the list in small letters")
def _small(page: Sound) -> str:
    return re.sub(r">[^<]+<", lambda found: found[0].lower() if "&" not in found[0] else found[0], page.html)


@text("the list escaped as text")
def _as_text(page: Sound) -> str:
    first, last = page.list_bounds
    return page.html[:first] + html.escape(page.html[first:last]) + page.html[last:]


@text("soft hyphens in the labels")
def _soft(page: Sound) -> str:
    return page.html.replace("Publishing", "Publi\u00adshing").replace("Content", "Con\u00adtent")


@text("a byte order mark before the page")
def _mark(page: Sound) -> str:
    return "\ufeff" + page.html


@text("zero bytes between the tags")
def _zeros(page: Sound) -> str:
    return page.html.replace("><", ">\0<")


@text("no line ends")
def _one_line(page: Sound) -> str:
    return page.html.replace(">\n<", "><").replace("\n", " ")


@text("line ends of Windows, tabs")
def _windows_lines(page: Sound) -> str:
    return page.html.replace("\n", "\r\n\t")
