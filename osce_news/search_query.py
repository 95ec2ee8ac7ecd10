"""Addresses of the site's search service, which runs on Typesense: how documents are requested.

https://typesense.org/docs/0.24.1/api/search.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from osce_news.errors import BadInputError
from osce_news.normalize import is_web_address

SEARCH_URL = "https://prod.search.web.osce.org"
COLLECTION = "/collections/unified/documents/search"
KEY_HEADER = "X-TYPESENSE-API-KEY"
MAX_HITS = 250  # on a page; Typesense gives no more
TYPE_FIELDS = ("item_type_label", "item_type", "bundle")
FIELDS = (
    "id", "nid", "title", "functional_title", "url", "preview", "full_text", "date", *TYPE_FIELDS,
    "fow_label", "focus_area_label", "source_label", "issued_by_label",
)  # fmt: skip
_KEY = re.compile(r"[!-~]{1,2000}")
_QUOTED = re.compile("`([^`]+)`")
# Documents without a date come last, in descending and in ascending order, unless `missing_values` says
# otherwise.
_NEWEST_FIRST, _UNDATED_FIRST = "date:desc", "date(missing_values: first):desc"


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A request to a collection; `url` is its address.

    >>> SearchQuery("https://search.example", until=9).url.partition("&per_page")[0]
    'https://search.example/collections/unified/documents/search?q=%2A&query_by=title&sort_by=date%3Adesc&filter_by=date%3A%3C%3D9'
    """

    base: str
    until: float | None = None  # seconds since 1970: only documents of this time and before
    page: int = 1
    hits: int = MAX_HITS  # per page
    undated_first: bool = False  # whether documents without a date come first, not last
    types: Sequence[str] = ()  # only documents of these types
    unknown: frozenset[str] = frozenset()  # fields that the service does not know

    @property
    def url(self) -> str:
        """The address, without the key."""
        named = [f"{field}:=[{', '.join(f'`{name}`' for name in self.types)}]" for field in self.type_fields]
        filters = [f"date:<={self.until}"] if self.until is not None else []
        filters += [f"({' || '.join(named)})"] if self.types else []
        parameters = {
            "q": "*",
            "query_by": "" if "title" in self.unknown else "title",
            "sort_by": _UNDATED_FIRST if self.undated_first else _NEWEST_FIRST,
            "filter_by": " && ".join(filters),
            "per_page": str(self.hits),
            "page": str(self.page) if self.page > 1 else "",
            "include_fields": ",".join(FIELDS),
        }
        query = urlencode({name: value for name, value in parameters.items() if value})
        return f"{self.base}{COLLECTION}?{query}"

    @property
    def type_fields(self) -> list[str]:
        """The fields in which the types are looked for."""
        return [field for field in TYPE_FIELDS if field not in self.unknown]

    @property
    def optional(self) -> set[str]:
        """The fields that a request can do without."""
        return {"title"} - self.unknown | (set(self.type_fields) if len(self.type_fields) > 1 else set())


def types_asked_for(url: str) -> list[str]:
    """Return the types to which the address of an answer is limited; an empty list if it has no limit.

    >>> types_asked_for(SearchQuery("https://search.example", until=9, types=["Speech", "blog"]).url)
    ['Speech', 'blog']
    """
    filters = parse_qs(urlsplit(url).query).get("filter_by", [""])[-1]
    return list(dict.fromkeys(_QUOTED.findall(filters)))


def search_base(text: str, option: str = "search-url") -> str:
    """Return the base address of a service, without the path of its collection; raises BadInputError.

    >>> search_base("https://search.example/collections/unified/documents/search")
    'https://search.example'
    """
    parts = urlsplit(text.strip()) if is_web_address(text.strip()) else None
    if parts is None:
        raise BadInputError(
            f"--{option}: not the address of a search service (an address begins with https://)"
        )
    if parts.query or parts.fragment or "@" in parts.netloc:
        # The rest is not repeated: it may be a key.
        raise BadInputError(
            f"--{option}: give the address without '?', '#' and '@', and the key with --search-key"
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.partition('/collections')[0].rstrip('/')}"


def search_key(text: str, option: str = "search-key") -> str:
    """Return a key if it can be sent in a header; raises BadInputError, which does not repeat it."""
    if not _KEY.fullmatch(text):
        raise BadInputError(f"--{option}: a key is one line of letters, digits and signs, without spaces")
    return text
