"""The element tree of an article's page, from which everything around the article can be removed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from lxml import etree
from lxml.etree import _Element as Element

from osce_news.pages.html_page import HtmlPage
from osce_news.pages.text_lines import is_hidden, squeeze

_GONE = "template"  # the tag that removed elements get
_TAGS = frozenset(
    "script style noscript template nav aside footer form button svg iframe object video audio canvas".split()
)
_ROLES = frozenset("navigation complementary contentinfo search banner menu dialog alert".split())
# Words in classes and identifiers, such as "share" in "block-share-links". Drupal, its modules and share
# buttons commonly use them; none is known to be the site's own.
_AROUND = re.compile(
    r"(?<![a-z])(?:share|sharing|sharethis|addthis|addtoany|social-(?:media|links|share|icons|buttons)|"
    r"service-links|print-links?|printfriendly|breadcrumbs?|pager|menu|navigation|skip-links?|skiplinks?|"
    r"related|see-also|more-news|latest-news|language-switcher|tabs|contextual-links?|cookies?|newsletter|"
    r"element-invisible|element-hidden|visually-hidden|sr-only|footer|sidebar|toolbar|site-header|site-name"
    r")(?![a-z])",
    re.IGNORECASE,
)
_MARKED = "//*[@class or @id or @role or @style or @hidden or @aria-hidden]"
_INVISIBLE = re.compile(r"visibility\s*:\s*hidden", re.IGNORECASE)
# An element that contains one of these is not a menu, even if its class is "with-sidebar".
_HOLDS_TEXT = "h1, main, article, .content--content, .node-content"


class ArticleTree(HtmlPage):
    """A page whose elements can be found and removed."""

    def first(self, css: str) -> str | None:
        """Return the text of the first match, with white space collapsed; None if there is none."""
        return squeeze(self.selector.css(css).get() or "") or None

    def find(self, css: str) -> list[Element]:
        """Return the matching elements in the page's order."""
        return [match.root for match in self.selector.css(css)]

    def prune(self) -> None:
        """Remove scripts, hidden text, menus, footer, forms and share buttons; the text after them stays."""
        self.take_out([*self._around])

    def take_out(self, elements: Sequence[Element]) -> None:
        """Remove these elements; the text after them stays."""
        for element in elements:
            element.tag = _GONE
        # In one call of lxml: a page may have a hundred thousand of them.
        etree.strip_elements(self.root, etree.Comment, etree.ProcessingInstruction, *_TAGS, with_tail=False)

    def is_around(self, element: Element) -> bool:
        """Whether the element is inside something that `prune` removes."""
        return any(one in self._around or one.tag in _TAGS for one in (element, *element.iterancestors()))

    @cached_property
    def _around(self) -> dict[Element, None]:
        return dict.fromkeys(self._find_around())

    def _find_around(self) -> Iterator[Element]:
        needed = {self.root}
        for holder in self.find(_HOLDS_TEXT):
            for element in (holder, *holder.iterancestors()):
                if element in needed:
                    break
                needed.add(element)
        for match in self.selector.xpath(_MARKED):
            element = match.root
            if element in needed:
                continue
            names = f"{element.get('class') or ''} {element.get('id') or ''}"
            style = element.get("style")
            if (
                (names != " " and _AROUND.search(names))
                or element.get("role") in _ROLES
                or element.get("aria-hidden") == "true"
                or (style is not None and _INVISIBLE.search(style))
                or is_hidden(element)
            ):
                yield element


def outermost(elements: Sequence[Element], root: Element) -> list[Element]:
    """Return the elements below `root` that are not inside another of them, in the page's order."""
    wanted = set(elements)
    found: list[Element] = []
    inside: set[Element | None] = set()
    if wanted:
        for element in root.iterdescendants():
            if element.getparent() in inside:
                inside.add(element)
            elif element in wanted:
                inside.add(element)
                found.append(element)
    return found
