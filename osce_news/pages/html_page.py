"""A page of the site as a tree, whichever page it is: built without fail, and told from what is no page."""

from __future__ import annotations

import re
from functools import cached_property
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.etree import _Element as Element
from parsel import Selector

from osce_news.errors import ChallengePageError, LayoutError
from osce_news.normalize.vocabulary import fold, labels
from osce_news.pages.text_lines import squeeze, text_of

_ENDS = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)
_PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9_-]+)+")
# A tag; only what stands in quotes behind a "=" may hold a ">".
_TAG = re.compile(rb"""<[a-zA-Z](?:[^>=]++|=\s*+"[^"]*+"|=\s*+'[^']*+'|=)*+""")
_VALUE = re.compile(rb"""=\s*(?:"[^"]*"|'[^']*')""")
_NAME = re.compile(rb"[^\s=/]+")
_BEFORE_NAMES = b" \t\n\f\r/\"'"  # an attribute's name stands behind one of these
_MOST_ATTRIBUTES = 20_000  # of one element, or more of several together (see below)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff]")


class HtmlPage:
    """The elements of a page, and what a page of any kind says of itself.

    It is made of any text whatever; only `refuse_other_pages` raises anything.
    """

    LANGUAGE = "html::attr(lang)"
    BASE = "base::attr(href)"
    NAME = "title::text"

    def __init__(self, html: str, url: str) -> None:
        self.html = html
        self.url = url
        # Characters that no tree can hold; the page's bytes are kept elsewhere as they were.
        # A stray </body> would end the page for the parser, though not for a browser.
        text = _ILLEGAL.sub("\ufffd", _ENDS.sub("", html)).encode() or b"<html/>"
        self._too_wide = _has_too_many_attributes(text)
        # Plain elements: those of lxml.html, which parsel would make, cost twice the time.
        parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
        root = etree.fromstring(b"<html/>" if self._too_wide else text, parser)
        self._too_deep = any(e.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for e in parser.error_log)
        self.root: Element = root if root is not None else etree.Element("html")
        self.selector = Selector(root=self.root, type="html")

    @cached_property
    def language(self) -> str | None:
        """The page's declared language, such as "en"; None if it declares none."""
        declared = self.selector.css(self.LANGUAGE).get()
        return declared.split("-")[0].strip().lower() or None if declared else None

    @property
    def name(self) -> str:
        """What the page's head calls it; empty if it does not."""
        return squeeze(self.selector.css(self.NAME).get() or "")

    def address(self, href: str | None, *, itself: bool = False) -> str | None:
        """Return the web address that a link with this `href` means, made absolute.

        None if it means none, or this page, unless a link to the page `itself` is wanted.
        """
        if not href or href.strip().startswith("#"):
            return None
        address = _join(self._base, href)
        return address if itself or address != self._base else None

    @cached_property
    def description(self) -> str:
        """What stands on the page, in a few words."""
        text = text_of(self.root)
        if not text:
            return "a page without text"
        return f"a page titled {self.name[:80]!r}" if self.name else f"a page that begins {text[:80]!r}"

    def refuse_other_pages(self, wanted: str) -> None:
        """Raise ChallengePageError for a challenge, LayoutError for what is no HTML, cut or not to be parsed.

        `wanted` is what the page stands in the way of, such as "list".
        """
        if self._too_deep:  # the parser has given up, and what stands behind that place is lost
            raise LayoutError("html", expected="at most 2,048 nested elements", got="more")
        if self._too_wide:
            raise LayoutError("html", expected=f"at most {_MOST_ATTRIBUTES:,} attributes", got="more")
        name = fold(self.name)
        for texts in labels()["challenge"].values():
            for said in texts:
                if name.startswith(fold(said)):
                    raise ChallengePageError(f"a challenge page ({said!r}) stands in the way of the {wanted}")
        if self.html.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
            raise LayoutError("html", expected="an HTML page", got="JSON")
        lower = self.html.lower()
        opened, closed = ("<html" in lower or "<body" in lower), ("</html" in lower or "</body" in lower)
        if opened and not closed:
            raise LayoutError("html", expected="a whole page", got="a page that is cut: no </html>")

    @cached_property
    def _base(self) -> str:
        base = self.selector.css(self.BASE).get()
        return (_join(self.url, base) if base else None) or self.url


def _has_too_many_attributes(page: bytes) -> bool:
    """Whether the parser would take minutes: it compares each attribute of an element with all others."""
    if len(page) - len(page.translate(None, _BEFORE_NAMES)) < _MOST_ATTRIBUTES:  # as on most pages
        return False
    long_tags = (tag for tag in _TAG.findall(page) if len(tag) > 2_000)
    counts = (len(_NAME.findall(_VALUE.sub(b" ", tag))) for tag in long_tags)
    return sum(count**2 for count in counts) > _MOST_ATTRIBUTES**2


def _join(base: str, href: str) -> str | None:
    """Return the web address that a link means, or None if it means none."""
    try:
        if _PLAIN_PATH.fullmatch(href):  # as most are; urljoin takes ten times as long
            return "{0.scheme}://{0.netloc}{1}".format(urlsplit(base), href)
        address = urljoin(base, href.strip())
        parts = urlsplit(address)
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # such as "http://[" or a port of eight figures
        return None
    return address if valid else None
