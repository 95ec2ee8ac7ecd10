"""A page of any kind: its text from its bytes, its element tree, checks that it is whole, pruning."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from contextlib import suppress
from functools import cache, cached_property, lru_cache
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.etree import _Element as Element
from parsel import css2xpath
from w3lib.encoding import html_to_unicode

from osce_news.errors import ChallengePageError, LayoutError
from osce_news.normalize.identity import is_web_address
from osce_news.normalize.vocabulary import fold, words
from osce_news.pages.text_lines import Line, is_hidden, squeeze, text_lines, text_of, upwards
from osce_news.urls import without_user

_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SINGLE_BYTE = ("cp125", "iso8859", "koi8", "mac-")  # as the names of Python's codecs begin
_FALLBACK = "osce-news-windows-1252"
_REPLACEMENT = "\ufffd"
_WORDS = re.compile(f"{_REPLACEMENT}{{3,}}")
_ENDS = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)
_OPENED = re.compile(r"<(?:body|html)", re.IGNORECASE)
_CLOSED = re.compile(r"</(?:body|html)", re.IGNORECASE)
_PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9_-]+)+")
# A tag; only a quoted attribute value may contain ">".
_TAG = re.compile(rb"""<[a-zA-Z](?:[^>=]++|=\s*+"[^"]*+"|=\s*+'[^']*+'|=)*+""")
_VALUE = re.compile(rb"""=\s*(?:"[^"]*"|'[^']*')""")
_NAME = re.compile(rb"[^\s=/]+")
_BEFORE_NAMES = b" \t\n\f\r/\"'"  # characters before an attribute's name
_MOST_ATTRIBUTES = 20_000  # of one element, or more of several elements (see below)
# Real pages have fewer than 60. For each line of text, all elements around it are examined.
_MOST_NESTED = 256
_MOST_HEADINGS = 20  # that may have the page's title; a hostile page may nest thousands in each other
_NESTED_DEEPER = etree.XPath(f"boolean({'/*' * (_MOST_NESTED + 1)})")
ILLEGAL = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff]")

# What `prune` removes: elements, by tag, role, class or identifier.
_REMOVED = "template"  # the tag that removed elements get
_TAGS = frozenset(
    "script style noscript template nav aside footer form button svg iframe object video audio canvas".split()
)
ROLES = frozenset("navigation complementary contentinfo search banner menu menubar dialog alert".split())
# Words in classes and identifiers, such as "share" in "block-share-links". Drupal, its modules and share
# buttons commonly use them; none is known to be the site's own.
_BOILERPLATE = re.compile(
    r"(?<![a-z])(?:share|sharing|sharethis|addthis|addtoany|social-(?:media|links|share|icons|buttons)|"
    r"service-links|print-links?|printfriendly|breadcrumbs?|pager|menu|navigation|skip-links?|skiplinks?|"
    r"related|see-also|more-news|latest-news|language-switcher|tabs|contextual-links?|cookies?|newsletter|"
    r"element-invisible|element-hidden|visually-hidden|sr-only|footer|sidebar|toolbar|site-header|site-name"
    r")(?![a-z])",
    re.IGNORECASE,
)
_MARKED = ":is([class], [id], [role], [style], [hidden], [aria-hidden])"
_INVISIBLE = re.compile(r"visibility\s*:\s*hidden", re.IGNORECASE)
# An element that contains one of these is not a menu, even if its class is "with-sidebar".
_HOLDS_TEXT = "h1, main, article, .content--content, .node-content"


class HtmlPage:
    """The elements of a page, and what pages of all kinds have: language, name, addresses.

    Any text can be parsed; only `refuse_other_pages` raises an error. If parsing a page would take minutes,
    because its elements are nested too deep or have too many attributes, its tree is empty.
    """

    def __init__(self, html: str, url: str) -> None:
        self.html = html
        self.url = url
        # Trees cannot contain these characters. A </body> in the middle would end the page for the parser,
        # but not for a browser.
        inside, self._ends = _ENDS.subn("", html)
        text = ILLEGAL.sub("\ufffd", inside).encode() or b"<html/>"
        self._too_wide = _has_too_many_attributes(text)
        # Plain elements: parsel's own, those of lxml.html, take twice the time.
        parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
        root = etree.fromstring(b"<html/>" if self._too_wide else text, parser)
        # The parser has a limit too, of 2,048 elements, and drops what is beyond it.
        self._too_deep = root is not None and (
            any(e.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for e in parser.error_log)
            or bool(_NESTED_DEEPER(root))
        )
        self.root: Element = etree.Element("html") if root is None or self._too_deep else root
        if "data-cfemail" in html:
            _show_addresses(self.root)

    @cached_property
    def language(self) -> str | None:
        """The language as the page declares it, such as "en" or "sr-Latn"; None if it declares none."""
        return (self.first("html::attr(lang)") or "").strip() or None

    @property
    def name(self) -> str:
        """The title in the page's head; empty if there is none."""
        return self.first("title::text") or ""

    @property
    def stated_title(self) -> str:
        """The title that the head states for other programs (Open Graph), else the `name`."""
        return self.first("meta[property='og:title']::attr(content)") or self.name

    @property
    def generator(self) -> str | None:
        """What made the page, such as "Drupal 11 (https://www.drupal.org)"; None if the head does not say."""
        return self.first("meta[name=generator i]::attr(content)")

    @property
    def heading(self) -> Element | None:
        """The h1 with the page's title, else the first h1, else another heading with the title; or None."""
        stated = self.stated_title
        texts = self._headings("h1")
        first = next(iter(texts), None)
        if first is None:
            others = self._headings("h2, h3")
            texts = {one: text for one, text in others.items() if len(text) * 2 > len(stated)}
        named = [one for one, text in texts.items() if text in stated]
        return max(named, key=lambda one: len(texts[one]), default=first)

    def _headings(self, css: str) -> dict[Element, str]:
        return {one: text for one in self.find(css)[:_MOST_HEADINGS] if (text := text_of(one))}

    def address(self, href: str | None, *, itself: bool = False) -> str | None:
        """Return the absolute web address of a link with this `href`.

        None if it is not a web address, or if it is that of this page, unless `itself` is set.
        """
        if not href or href.strip().startswith("#"):
            return None
        address = join_address(self._base, href)
        if address is None or itself:
            return address
        return address if address.partition("#")[0] != self._own_address else None

    @cached_property
    def lines(self) -> list[Line]:
        """The lines of text that a reader sees."""
        return text_lines(self.root)

    @property
    def text(self) -> str:
        """The text that a reader sees, on one line."""
        return " ".join(line.text for line in self.lines)

    @cached_property
    def description(self) -> str:
        """The page in a few words, for error messages."""
        if not self.lines:
            return "a page without text"
        return f"a page titled {self.name[:80]!r}" if self.name else f"a page that begins {self.text[:80]!r}"

    def refuse_other_pages(self, wanted: str) -> None:
        """Raise ChallengePageError for a challenge; LayoutError for JSON and truncated or unparsable pages.

        `wanted` is what was requested, such as "list".
        """
        if self._too_deep:
            raise LayoutError("html", expected=f"at most {_MOST_NESTED} nested elements", got="more")
        if self._too_wide:
            raise LayoutError("html", expected=f"at most {_MOST_ATTRIBUTES:,} attributes", got="more")
        name = fold(self.name)
        for said in words("challenge"):
            if name.startswith(said):
                raise ChallengePageError(f"the site sent a challenge page ({said!r}) instead of the {wanted}")
        if self.html.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
            raise LayoutError("html", expected="an HTML page", got="JSON")
        if not self._ends and _OPENED.search(self.html) and not _CLOSED.search(self.html):
            raise LayoutError("html", expected="a whole page", got="a truncated page: no </html>")

    @cached_property
    def _own_address(self) -> str:
        return without_user(self.url).partition("#")[0]

    @cached_property
    def _base(self) -> str:
        base = self.first("base::attr(href)")
        return (join_address(self.url, base) if base else None) or without_user(self.url)

    def first(self, css: str) -> str | None:
        """Return the text of the first match, with white space collapsed; None if there is none."""
        return squeeze(next(iter(self.find(css)), "")) or None

    def find(self, css: str) -> list[Any]:
        """Return the matching elements in the page's order; texts for `::text` and `::attr()`."""
        return cast("list[Any]", _compiled(css)(self.root))

    def prune(self) -> None:
        """Remove scripts, hidden text, menus, footer, forms and share buttons; the text after them stays."""
        self.take_out(self._boilerplate)

    def take_out(self, elements: Iterable[Element]) -> None:
        """Remove these elements; the text after them stays."""
        self.__dict__.pop("lines", None)
        for element in elements:
            element.tag = _REMOVED
        # In one call of lxml: a page may have a hundred thousand of them.
        etree.strip_elements(self.root, etree.Comment, etree.ProcessingInstruction, *_TAGS, with_tail=False)

    def is_boilerplate(self, element: Element) -> bool:
        """Whether the element is inside something that `prune` removes."""
        return any(one in self._boilerplate or one.tag in _TAGS for one in upwards(element))

    @cached_property
    def _boilerplate(self) -> set[Element]:
        """The elements that are hidden, or around the text by their role, class or identifier."""
        needed = {self.root}
        for holder in self.find(_HOLDS_TEXT):
            for element in upwards(holder):
                if element in needed:
                    break
                needed.add(element)
        return {
            element for element in self.find(_MARKED) if element not in needed and _is_boilerplate(element)
        }


@cache
def _compiled(css: str) -> etree.XPath:
    # It takes longer to compile a selector than to find what it selects.
    return etree.XPath(css2xpath(css), smart_strings=False)


def _is_boilerplate(element: Element) -> bool:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return (
        _BOILERPLATE.search(names) is not None
        or element.get("role") in ROLES
        or element.get("aria-hidden") == "true"
        or _INVISIBLE.search(element.get("style") or "") is not None
        or is_hidden(element)
    )


def _show_addresses(root: Element) -> None:
    """Put the e-mail addresses that Cloudflare's script shows to a reader into the elements that hide them.

    The attribute `data-cfemail` has a key of one byte, and the bytes of the address combined with it by XOR.
    """
    for element in root.iterfind(".//*[@data-cfemail]"):
        with suppress(ValueError):
            key, *hidden = bytes.fromhex(element.get("data-cfemail", ""))
            address = bytes(byte ^ key for byte in hidden).decode()
            for child in list(element):
                element.remove(child)
            element.text = ILLEGAL.sub("\ufffd", address)


def _has_too_many_attributes(page: bytes) -> bool:
    """Whether parsing would take minutes: the parser compares every two attributes of an element."""
    if len(page) - len(page.translate(None, _BEFORE_NAMES)) < _MOST_ATTRIBUTES:  # as on most pages
        return False
    long_tags = (tag for tag in _TAG.findall(page) if len(tag) > 2_000)
    counts = (len(_NAME.findall(_VALUE.sub(b" ", tag))) for tag in long_tags)
    return sum(count**2 for count in counts) > _MOST_ATTRIBUTES**2


@lru_cache(maxsize=100)
def _site(base: str) -> str | None:
    """Return the scheme and host of an address, without a password; None if it is not a web address."""
    parts = urlsplit(without_user(base))
    site = f"{parts.scheme}://{parts.netloc}"
    return site if is_web_address(site) else None


def join_address(base: str, href: str) -> str | None:
    """Return the absolute address without a password, or None if it is not a web address."""
    try:
        if _PLAIN_PATH.fullmatch(href):  # as most are; urljoin takes ten times as long
            site = _site(base)
            return site and f"{site}{href}"
        address = without_user(urljoin(base, href.strip()))
    except ValueError:  # such as "http://["
        return None
    return address if is_web_address(address) else None


def decode(body: bytes, content_type: str | None = None) -> tuple[str, str | None]:
    r"""Return the page's text, and a remark if its bytes are not in the declared encoding.

    Like a browser, this uses the header, the byte order mark or the meta element, else UTF-8. Single bytes
    that are not UTF-8 are read as windows-1252, which was pasted into old pages; if whole words consist
    of them, they are Russian, and the page is read as windows-1251. A page that is valid UTF-8 is read as
    such even if it declares an encoding of single bytes, such as Latin-1. Raises nothing.

    >>> decode(b"<p>\x93Caf\xe9\x94", "text/html; charset=utf-8")
    ('<p>“Café”', 'places that are not UTF-8, as declared, but windows-1252: 2')
    """
    encoding, text = _as_browser(body, content_type)
    name = codecs.lookup(encoding).name
    if name.startswith(_SINGLE_BYTE) and not body.isascii():
        try:
            return body.decode("utf-8-sig"), f"declared as {encoding}, but UTF-8"
        except UnicodeDecodeError:
            return text, None
    if name == "utf-8" and (count := text.count(_REPLACEMENT) - body.count(_REPLACEMENT.encode())):
        if _is_cyrillic(text, count):
            return body.decode("cp1251", "replace"), "not UTF-8, as declared, but windows-1251"
        text = body.removeprefix(codecs.BOM_UTF8).decode("utf-8", _FALLBACK)
        return text, f"places that are not UTF-8, as declared, but windows-1252: {count}"
    return text, None


def _as_browser(body: bytes, content_type: str | None) -> tuple[str, str]:
    """Return the encoding and the text; names that are not those of a text encoding are ignored.

    Python knows codecs that turn bytes into bytes, such as "base64", which w3lib takes for encodings.
    """
    try:
        encoding, text = html_to_unicode(content_type, body, default_encoding="utf-8")
    except (LookupError, ValueError, TypeError):
        encoding, text = "", ""
    in_meta = not body.startswith(_UTF_16_MARKS) and "charset" not in (content_type or "").lower()
    if not encoding or (in_meta and encoding.startswith("utf-16")):
        # A meta element that can be read is not in UTF-16 (HTML standard, "prescan a byte stream").
        return "utf-8", body.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")
    return encoding, text


def _is_cyrillic(text: str, count: int) -> bool:
    """Whether the bytes that are not UTF-8 form words; in Latin script such letters are few and far apart."""
    in_words = sum(map(len, _WORDS.findall(text)))
    others = sum(char > "\x7f" for char in text) - count
    return in_words * 2 > count and others < count


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    # Five bytes are undefined in windows-1252.
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_FALLBACK, _as_windows_1252)
