"""A document of the site's search service: an item's fields, as JSON.

A field may be a text or a list of texts, be missing, null or empty, or carry HTML.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from osce_news.items import BY_SEARCH, ArticleItem, NewsItem, RawArticle
from osce_news.normalize import item_id, plain_text
from osce_news.normalize.keys import result_key
from osce_news.normalize.text import BLOCK_TAG
from osce_news.normalize.vocabulary import fold, vocabulary
from osce_news.pages.article_text import read_paragraphs
from osce_news.pages.html_page import ILLEGAL, HtmlPage, join_address
from osce_news.search_query import FIELDS, TYPE_FIELDS
from osce_news.urls import HOME_URL, is_osce_host, site_host

_LATEST = 4_102_444_800  # the beginning of 2100; greater numbers are milliseconds
_NODE = re.compile("0*([1-9][0-9]{0,11})")
_LINE_BREAK = re.compile(r"\r\n?|\n")
_EMPTY_LINES = re.compile(r"\n{2,}")
# The raw fields of an item, each with the fields of a document that print it.
PRINTED = {
    "content_type_raw": TYPE_FIELDS[:2],
    "offices_raw": ("source_label", "issued_by_label"),
    "topics_raw": ("fow_label", "focus_area_label"),
    "teaser_raw": ("preview",),
    "published_raw": ("date",),
}


class Document:
    """One document of the search service, with the raw values of an item."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = fields

    @cached_property
    def title(self) -> str | None:
        """The title as printed."""
        return self._text("title") or self._text("functional_title")

    @cached_property
    def node(self) -> str | None:
        """The node number; None if there is none."""
        value = self.fields.get("nid")
        value = value[0] if isinstance(value, list) and len(value) == 1 else value
        match = _NODE.fullmatch(str(value)) if isinstance(value, int | str) else None
        return match[1] if match else None

    @cached_property
    def address(self) -> str | None:
        """The web address as linked, or by its number if there is none; None without either."""
        printed = self._text("url")
        address = join_address(HOME_URL, printed) if printed else None
        if self.node is None:
            return address
        # A number identifies the item on the site, at any address.
        if address is None or (is_osce_host(site_host(address)) and not item_id(address).isdigit()):
            return f"{HOME_URL}node/{self.node}"
        return address

    @cached_property
    def key(self) -> str:
        """The key, with the identifier of the document: an item may have several."""
        identifier = item_id(self.address) if self.address else "-"
        return result_key(identifier, self._text("id") or _digest(self.title or ""))

    @property
    def seconds(self) -> float | None:
        """The number in the field `date`, by which answers are ordered; None if it is no 64-bit number."""
        value = self.fields.get("date")
        if not isinstance(value, int | float) or isinstance(value, bool):
            return None
        return value if -(2**63) <= value < 2**63 else None

    @property
    def published(self) -> str | None:
        """The date as an instant in ISO 8601, if it is a number of seconds since 1970; else as it is.

        None if it is missing or empty.
        """
        value = self.fields.get("date")
        if self.seconds is None or not 0 < self.seconds <= _LATEST:
            return _shown(value)
        return datetime.fromtimestamp(int(self.seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def types(self) -> list[str]:
        """The document's type as it is named in several fields, the name for readers first."""
        return [text for name in TYPE_FIELDS if (text := self._text(name))]

    @property
    def fault(self) -> str | None:
        """Why the document can't be an item; None if it can."""
        needed = {"title": self.title, "address or number": self.address}
        if missing := [f"no {name}" for name, value in needed.items() if value is None]:
            return " and ".join(missing)
        number = item_id(self.address or "")
        if self.node and number.isdigit() and number != self.node:
            return f"the number {self.node} and the address of {number}"
        return None

    def is_of_type(self, wanted: Sequence[str]) -> bool:
        """Whether the document is of one of these types; without any, whether it is of the newsroom."""
        if wanted:
            return not {fold(name) for name in wanted}.isdisjoint(map(fold, self.types))
        known = vocabulary("content_types")
        return any(known.lookup(name) or known.lookup(name.replace("_", "-")) for name in self.types)

    def record(self) -> NewsItem:
        """Return the item with its raw fields."""
        return NewsItem(
            url_raw=self.address or "",
            title_raw=self.title or "",
            published_raw=self.published,
            content_type_raw=next(filter(None, map(self._text, PRINTED["content_type_raw"])), None),
            offices_raw=self._names(PRINTED["offices_raw"]),
            topics_raw=self._names(PRINTED["topics_raw"]),
            teaser_raw=self._text("preview"),
        )

    def article(self, fetched_at: str) -> ArticleItem | None:
        """Return the full text as an article; None if the document has none."""
        text = _paragraphs(self.fields.get("full_text"))
        if text is None or self.address is None:
            return None
        article = RawArticle(
            self.address, None, plain_text(self.title) or "", self.published, text, layout=BY_SEARCH
        )
        return ArticleItem(
            item_id=item_id(self.address),
            url=self.address,
            fetched_at=fetched_at,
            status="read",
            sha256=_digest(json.dumps(self.fields, sort_keys=True)),
            article=article,
        )

    def printed(self) -> dict[str, Any]:
        """Return the fields as they are, without the full text and without empty ones."""
        shown = {name: _shown(self.fields.get(name)) for name in FIELDS if name != "full_text"}
        return {name: text for name, text in shown.items() if text is not None}

    def _text(self, name: str) -> str | None:
        return _one_text(self.fields.get(name))

    def _names(self, names: Sequence[str]) -> str | None:
        """Return the texts of these fields, each once; None without one."""
        texts = (text for name in names for text in _texts(self.fields.get(name)))
        return ", ".join(dict.fromkeys(texts)) or None


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    texts = (ILLEGAL.sub("\ufffd", text) for text in values if isinstance(text, str))
    return [text for text in texts if text.strip()]


def is_text(value: Any) -> bool:
    """Whether a value is a text, a list of texts, or nothing."""
    return all(one is None or isinstance(one, str) for one in (value if isinstance(value, list) else [value]))


def _one_text(value: Any) -> str | None:
    return ", ".join(_texts(value)) or None


def _shown(value: Any) -> str | None:
    """Return a value as a text; None if it is missing or empty."""
    return _one_text(value) or (None if is_text(value) else as_json(value))


def as_json(value: Any) -> str:
    """Return a value that is not a text as it is written in JSON."""
    return ILLEGAL.sub("\ufffd", json.dumps(value, ensure_ascii=False)[:1000])


def _paragraphs(value: Any) -> str | None:
    r"""Return the full text as paragraphs separated by empty lines; None if it has no text.

    >>> _paragraphs("<p>One&nbsp;<mark>two</mark></p><p>three<br>four</p>"), _paragraphs(["One", " ", "two "])
    ('One two\n\nthree\nfour', 'One\n\ntwo')
    """
    return "\n\n".join(filter(None, map(_paragraphs_of_text, _texts(value)))) or None


def _paragraphs_of_text(text: str) -> str:
    if BLOCK_TAG.search(text):  # it is HTML, and its line breaks mean nothing
        return "\n\n".join(one.text for one in read_paragraphs(HtmlPage(text, HOME_URL).root))
    lines = (plain_text(line) or "" for line in _LINE_BREAK.split(text))
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip("\n")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
