"""An answer of the site's search service: a page of documents, as JSON."""

from __future__ import annotations

import json
from functools import cached_property
from itertools import pairwise
from typing import Any, NoReturn

from osce_news.errors import LayoutError
from osce_news.pages.html_page import HtmlPage, decode
from osce_news.pages.page_facts import AnswerFacts, PagerLinks
from osce_news.pages.search_document import PRINTED, Document, as_json, is_text
from osce_news.search_query import types_asked_for

_TEXT_FIELDS = (
    "title", "preview", "full_text",
    "item_type_label", "source_label", "issued_by_label", "fow_label", "focus_area_label",
)  # fmt: skip


class SearchAnswer:
    """The page object of an answer, made of its bytes and its address.

    Raises LayoutError, when it is made, if the bytes are not an answer with documents of the site, and
    ChallengePageError if the server sent a challenge instead.
    """

    pager = PagerLinks(None, None)  # an answer has no links to others

    def __init__(self, body: bytes, url: str, content_type: str | None = None) -> None:
        self.url = url
        answer = _parsed(body, url, content_type)
        hits, found = answer.get("hits"), answer.get("found")
        if not isinstance(hits, list) or not isinstance(found, int) or found >= 2**63:
            raise _not_understood("an answer with `found` and `hits`", f"JSON with {_names(answer)}")
        documents = [hit.get("document") if isinstance(hit, dict) else None for hit in hits]
        self.documents = [Document(one) for one in documents if isinstance(one, dict)]
        if len(self.documents) < len(hits):
            raise _not_understood("hits with a document", "hits without")
        if found < len(hits):
            raise _not_understood("the number of documents in `found`", f"{found}, with {len(hits)} of them")
        self.found = found  # documents that match the request, on this page and the others
        self.is_cut_off = answer.get("search_cutoff") is True
        self._refuse_other_documents()
        self._refuse_other_values()
        self._refuse_other_order()

    @cached_property
    def wanted(self) -> list[Document]:
        """The documents of the newsroom, or of the types that the address names."""
        types = types_asked_for(self.url)
        return [one for one in self.documents if one.is_of_type(types)]

    @property
    def facts(self) -> AnswerFacts:
        """What the traversal of the service needs to know of the answer."""
        return AnswerFacts(
            self.url,
            [document.key for document in self.documents],
            [document.published for document in self.documents],
            seconds=[document.seconds for document in self.documents if document.seconds is not None],
            found=self.found,
            is_cut_off=self.is_cut_off,
            others=self.others,
        )

    @property
    def others(self) -> dict[str, str]:
        """The types of the other documents by key; "no type" for those without one."""
        wanted = set(self.wanted)
        return {one.key: next(iter(one.types), "no type") for one in self.documents if one not in wanted}

    @property
    def fields(self) -> frozenset[str]:
        """The raw fields of items that the documents print."""
        there = {name for one in self.documents for name in one.fields}
        printed = {name for name, fields in PRINTED.items() if not there.isdisjoint(fields)}
        return frozenset({"url_raw", "title_raw", *printed})

    def _refuse_other_documents(self) -> None:
        if not self.documents:
            return
        if not any(one.types for one in self.documents):
            raise _not_understood(
                "documents with a type", f"documents with {_names(self.documents[0].fields)}"
            )
        lacking = [one for one in self.documents if one.title is None or one.address is None]
        if len(lacking) > max(1, len(self.documents) // 10):
            example = _names(lacking[0].fields)
            got = f"{len(lacking)} of {len(self.documents)} without, such as one with {example}"
            raise _not_understood("documents with a title and an address or number", got)

    def _refuse_other_values(self) -> None:
        """Raise LayoutError if documents are repeated, or have other values where texts are expected."""
        few = max(3, len(self.documents) // 10)
        if (repeated := len(self.documents) - len({one.key for one in self.documents})) > few:
            raise _not_understood("each document once", f"{repeated} of {len(self.documents)} repeated")
        for name in _TEXT_FIELDS:
            values = (one.fields.get(name) for one in self.documents)
            if len(others := [value for value in values if not is_text(value)]) > few:
                got = (
                    f"{len(others)} of {len(self.documents)} other values, such as {as_json(others[0])[:60]}"
                )
                raise _not_understood(f"texts in the field {name}", got)

    def _refuse_other_order(self) -> None:
        """Raise LayoutError if the documents are not the newest first: the next request relies on it."""
        times = [one.seconds for one in self.documents if one.seconds is not None]
        if any(earlier < later for earlier, later in pairwise(times)):
            raise _not_understood("the newest documents first, as asked for", "documents in another order")


def _parsed(body: bytes, url: str, content_type: str | None) -> dict[str, Any]:
    try:
        answer = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        text, _ = decode(body, content_type)
        got = "text that is not JSON"
        if "<" in text[:1000]:
            page = HtmlPage(text, url)
            page.refuse_other_pages("answer of the search service")
            got = f"{page.description}; is this the address of the search service?"
        raise _not_understood("JSON", got) from None
    if not isinstance(answer, dict):
        raise _not_understood("a JSON object", f"a JSON {type(answer).__name__}")
    return answer


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _not_understood(expected: str, got: str) -> LayoutError:
    return LayoutError("search answer", expected=expected, got=got)


def _names(fields: dict[str, Any]) -> str:
    """Return the names of the fields for a message, the first few of them."""
    names = sorted(fields)
    return f"the fields {', '.join(name[:40] for name in names[:8])}" + (", ..." if len(names) > 8 else "")
