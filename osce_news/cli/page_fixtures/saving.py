"""Makes a folder of fixtures of a page: the page to the byte, its origin, and what is read from it now."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from osce_news.cli.page_fixtures.expected import ARTICLES, LISTINGS, rewrite
from osce_news.cli.page_fixtures.sources import Sent
from osce_news.errors import BadInputError, OsceNewsError
from osce_news.normalize import item_id
from osce_news.pages import ListingPage
from osce_news.pages.article import ArticlePage
from osce_news.pages.article_generic import NAME as GENERIC
from osce_news.pages.extract import decode
from osce_news.site import is_listing_path

KINDS = (LISTINGS, ARTICLES)
_CASE = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")
_OTHER = re.compile(r"[^a-z0-9]+")


class Saved(NamedTuple):
    """A new fixture: its folder, and what its expected.json says."""

    folder: Path
    expected: dict[str, Any]


def save(sent: Sent, root: Path, *, kind: str | None = None, name: str | None = None) -> Saved:
    """Make a folder of a page below `root`, and return it; it is whole, or it is not there.

    Without a `kind` the page tells it, without a `name` its address does. Raises BadInputError if they do
    not, and if the folder is there already.
    """
    if not root.is_dir():
        raise BadInputError(f"no folder {root} here: run this in a checkout, or name the folder with --into")
    kind = kind or kind_of(sent)
    name = case_name(sent.url) if name is None else name
    if not _CASE.fullmatch(name):
        raise BadInputError(f"--name: {name[:60]!r} is no name of a case: small letters, figures and hyphens")
    folder = root / kind / name
    if folder.exists():
        raise BadInputError(f"{folder} is there already; give another name with --name, or delete the folder")
    meta = {"url": sent.url, "fetched_at": sent.fetched_at, "made": sent.made}
    if "charset" in (sent.content_type or "").lower():  # else the page alone tells its encoding
        meta["content_type"] = sent.content_type or ""
    folder.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root, prefix=".new-") as made:
        case = Path(made, kind, name)
        case.mkdir(parents=True)
        (case / "page.html").write_bytes(sent.body)
        text = json.dumps(meta, ensure_ascii=False, indent=2) + "\n"
        (case / "meta.json").write_text(text, encoding="utf-8")
        list(rewrite([case]))
        shutil.move(case, folder)
    return Saved(folder, json.loads((folder / "expected.json").read_text(encoding="utf-8")))


def kind_of(sent: Sent) -> str:
    """Return "listing" or "article": what the page is, else what its address is that of.

    Results tell a list, a known layout or a soft 404 an article. What any page with a text has tells
    nothing: a changed list may have it, too. Raises BadInputError if neither tells.
    """
    try:
        if ListingPage(decode(sent.body, sent.content_type), sent.url).results:
            return LISTINGS
    except OsceNewsError:
        pass
    page = ArticlePage.from_body(sent.body, sent.url, sent.content_type)
    try:
        if page.is_not_found or page.article.layout != GENERIC:
            return ARTICLES
    except OsceNewsError:
        pass
    if is_listing_path(urlsplit(sent.url).path):
        return LISTINGS
    if item_id(sent.url).isdecimal():
        return ARTICLES
    raise BadInputError(
        f"{sent.url}: neither a list nor an article by its text or address; say which with --kind"
    )


def case_name(url: str) -> str:
    """Return a name for the case: the number of the item, else the last part of the path and the page.

    >>> case_name("https://www.osce.org/odihr/575719")
    '575719'
    >>> case_name("https://www.osce.org/press-releases/human%20trafficking?page=3&rows=50")
    'human-trafficking-page-3'
    """
    parts = urlsplit(url)
    last = unquote(parts.path).rstrip("/").rpartition("/")[2]
    page = parse_qs(parts.query).get("page", [""])[-1]
    name = f"{last} page {page}" if page else last
    return _OTHER.sub("-", name.lower()).strip("-")[:60] or "page"
