"""Text that is cut, escaped, or in another encoding or spelling."""

from __future__ import annotations

import html
import re
from dataclasses import replace

from tests.damage.mutation import Register
from tests.damage.sound import Sound
from tests.damage.values import contents

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


def _between(page: Sound) -> str | None:
    middle = page.stories[len(page.stories) // 2]
    before = page.html.rfind("\n<", 0, page.html.index(f'{middle.path}"'))
    while page.html[before:].startswith("\n</") or "<h" in page.html[before : before + 4]:
        before = page.html.rfind("\n<", 0, before)
    return page.html[:before] + _END


def _in_label(page: Sound) -> str | None:
    places = page.labels("offices") or page.labels("type")
    return page.html[: places[len(places) // 2].start + 5] + _END if places else None


def _read_as(page: Sound, encoding: str) -> str:
    return page.html.encode().decode(encoding, "replace")


def _escaped_twice(page: Sound) -> str:
    return page.sub(r"&(?=\w+;|#\d+;)", "&amp;")


def _entities(page: Sound) -> str:
    return page.html.encode("ascii", "xmlcharrefreplace").decode()


def _small(page: Sound) -> str:
    return re.sub(r">[^<]+<", lambda found: found[0].lower() if "&" not in found[0] else found[0], page.html)


def _soft(page: Sound) -> str:
    return page.html.replace("Publishing", "Publi\u00adshing").replace("Content", "Con\u00adtent")


text.add("cut between two results, with closing tags", _between, fewer=True)
text.add("cut inside a label", _in_label)
text.add("UTF-8 read as Latin-1", lambda page: _read_as(page, "latin-1"))
text.add("UTF-8 read as Windows-1252", lambda page: _read_as(page, "cp1252"))
text.add("letters beyond ASCII lost", lambda page: _read_as(page, "ascii"))
text.add("letters beyond ASCII as question marks", lambda page: page.html.encode("ascii", "replace").decode())
text.add("entities escaped twice", _escaped_twice)
text.add(
    "letters beyond ASCII as entities escaped twice",
    lambda page: _escaped_twice(replace(page, html=_entities(page))),
)
text.add("letters beyond ASCII as entities", _entities)
contents.add("entities left out", lambda page: page.sub(r"&(?:lt|gt|quot|amp|#039);", ""))
text.add("the page in capitals", lambda page: page.html.upper())
text.add("the list in small letters", _small)
text.add("the list escaped as text", lambda page: page.with_list(html.escape))
text.add("soft hyphens in the labels", _soft)
text.add("a byte order mark before the page", lambda page: "\ufeff" + page.html)
text.add("zero bytes between the tags", lambda page: page.html.replace("><", ">\0<"))
text.add("no line ends", lambda page: page.html.replace(">\n<", "><").replace("\n", " "))
text.add("line ends of Windows, tabs", lambda page: page.html.replace("\n", "\r\n\t"))
