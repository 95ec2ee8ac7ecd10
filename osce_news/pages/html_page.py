"""A page of any kind as an element tree, and the checks that it is a whole page of the site."""

from __future__ import annotations

import re
from functools import cached_property
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.etree import _Element as Element
from parsel import Selector

from osce_news.errors import ChallengePageError, LayoutError
from osce_news.normalize.vocabulary import fold, words
from osce_news.pages.text_lines import squeeze, text_of

_ENDS = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)
_PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9_-]+)+")
# A tag; only a quoted attribute value may contain ">".
_TAG = re.compile(rb"""<[a-zA-Z](?:[^>=]++|=\s*+"[^"]*+"|=\s*+'[^']*+'|=)*+""")
_VALUE = re.compile(rb"""=\s*(?:"[^"]*"|'[^']*')""")
_NAME = re.compile(rb"[^\s=/]+")
_BEFORE_NAMES = b" \t\n\f\r/\"'"  # characters before an attribute's name
_MOST_ATTRIBUTES = 20_000  # of one element, or more of several elements (see below)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff]")


class HtmlPage:
    """The elements of a page, and what pages of all kinds have: language, name, addresses.

    Any text can be parsed; only `refuse_other_pages` raises an error.
    """

    LANGUAGE = "html::attr(lang)"
    BASE = "base::attr(href)"
    NAME = "title::text"

    def __init__(self, html: str, url: str) -> None:
        self.html = html
        self.url = url
        # Trees cannot contain these characters. A </body> in the middle would end the page for the parser,
        # but not for a browser.
        text = _ILLEGAL.sub("\ufffd", _ENDS.sub("", html)).encode() or b"<html/>"
        self._too_wide = _has_too_many_attributes(text)
        # Plain elements: parsel's own, those of lxml.html, take twice the time.
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
        """The title in the page's head; empty if there is none."""
        return squeeze(self.selector.css(self.NAME).get() or "")

    def address(self, href: str | None, *, itself: bool = False) -> str | None:
        """Return the absolute web address of a link with this `href`.

        None if it is not a web address, or if it is that of this page, unless `itself` is set.
        """
        if not href or href.strip().startswith("#"):
            return None
        address = _join(self._base, href)
        return address if itself or address != self._base else None

    @cached_property
    def description(self) -> str:
        """The page in a few words, for error messages."""
        text = text_of(self.root)
        if not text:
            return "a page without text"
        return f"a page titled {self.name[:80]!r}" if self.name else f"a page that begins {text[:80]!r}"

    def refuse_other_pages(self, wanted: str) -> None:
        """Raise ChallengePageError for a challenge; LayoutError for JSON and truncated or unparsable pages.

        `wanted` is what was requested, such as "list".
        """
        if self._too_deep:  # the parser has dropped the rest of the page
            raise LayoutError("html", expected="at most 2,048 nested elements", got="more")
        if self._too_wide:
            raise LayoutError("html", expected=f"at most {_MOST_ATTRIBUTES:,} attributes", got="more")
        name = fold(self.name)
        for said in words("challenge"):
            if name.startswith(said):
                raise ChallengePageError(f"the site sent a challenge page ({said!r}) instead of the {wanted}")
        if self.html.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
            raise LayoutError("html", expected="an HTML page", got="JSON")
        lower = self.html.lower()
        opened, closed = ("<html" in lower or "<body" in lower), ("</html" in lower or "</body" in lower)
        if opened and not closed:
            raise LayoutError("html", expected="a whole page", got="a truncated page: no </html>")

    @cached_property
    def _base(self) -> str:
        base = self.selector.css(self.BASE).get()
        return (_join(self.url, base) if base else None) or self.url


def _has_too_many_attributes(page: bytes) -> bool:
    """Whether parsing would take minutes: the parser compares every two attributes of an element."""
    if len(page) - len(page.translate(None, _BEFORE_NAMES)) < _MOST_ATTRIBUTES:  # as on most pages
        return False
    long_tags = (tag for tag in _TAG.findall(page) if len(tag) > 2_000)
    counts = (len(_NAME.findall(_VALUE.sub(b" ", tag))) for tag in long_tags)
    return sum(count**2 for count in counts) > _MOST_ATTRIBUTES**2


def _join(base: str, href: str) -> str | None:
    """Return the absolute address, or None if it is not a web address."""
    try:
        if _PLAIN_PATH.fullmatch(href):  # as most are; urljoin takes ten times as long
            return "{0.scheme}://{0.netloc}{1}".format(urlsplit(base), href)
        address = urljoin(base, href.strip())
        parts = urlsplit(address)
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # such as "http://[" or a port of eight digits
        return None
    return address if valid else None
