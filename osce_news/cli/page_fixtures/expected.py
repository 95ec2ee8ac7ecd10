"""What the fixtures are expected to give: read and rewritten, never guessed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from osce_news.archive.replay import saved_pages
from osce_news.errors import OsceNewsError
from osce_news.normalize import normalize_listing
from osce_news.pages import ListingPage
from osce_news.pages.article import ArticlePage
from osce_news.pages.extract import decode, read_listing

ARTICLES = "article"  # the folder of items' own pages
LISTINGS = "listing"


def observed(case: Path) -> dict[str, Any]:
    """Return what the page in a fixture folder gives now: an article in `article/`, else a listing."""
    return observed_article(case) if case.parent.name == ARTICLES else observed_listing(case)


def observed_listing(case: Path) -> dict[str, Any]:
    """Return what the listing page in a fixture folder gives now: pager and records, or the error."""
    (saved,) = saved_pages([case / "page.html"])
    try:
        page, body = saved.read()
        page = ListingPage(decode(body, _content_type(case)), page.url)
        item = normalize_listing(read_listing(page, body=body, fetched_at=saved.fetched_at, status=None))
    except OsceNewsError as error:
        return {"error": type(error).__name__, "message": str(error)}
    return {
        "next": page.pager.next,
        "last": page.pager.last,
        "records": [_filled(asdict(record)) for record in item.records],
        "rejected": [asdict(rejected) for rejected in item.rejected],
    }


def observed_article(case: Path) -> dict[str, Any]:
    """Return what the article's page in a fixture folder gives now: its fields, or the error.

    The text is a list of paragraphs, so that a diff shows which one changed.
    """
    (saved,) = saved_pages([case / "page.html"])
    page = ArticlePage.from_body(saved.path.read_bytes(), saved.url or "", _content_type(case))
    try:
        article = asdict(page.article)
    except OsceNewsError as error:
        found = {"error": type(error).__name__, "message": str(error)}
        return {"is_not_found": True, **found} if page.is_not_found else found
    for name in ("text", "contact"):
        article[name] = article[name].split("\n\n") if article[name] else None
    for name in ("image", "downloads", "languages"):
        article[name] = _filled_below(article[name])
    return _filled(article)


def rewrite(paths: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    """Write expected.json in each fixture folder below the paths; yield it and whether it changed."""
    for page in sorted(page for path in paths for page in path.rglob("page.html")):
        file = page.with_name("expected.json")
        text = json.dumps(observed(page.parent), ensure_ascii=False, indent=2, sort_keys=False) + "\n"
        changed = not file.exists() or file.read_text(encoding="utf-8") != text
        if changed:
            file.write_text(text, encoding="utf-8")
        yield page.parent, changed


def _content_type(case: Path) -> str | None:
    """Return the header that came with the page, where it names an encoding."""
    meta = json.loads((case / "meta.json").read_text(encoding="utf-8"))
    return str(meta["content_type"]) if "content_type" in meta else None


def _filled(record: dict[str, Any]) -> dict[str, Any]:
    """Return the record without empty fields, so that a diff shows what there is."""
    return {name: value for name, value in record.items() if value not in (None, [], ())}


def _filled_below(value: Any) -> Any:
    """Return a record, or each of several, without empty fields; None stays None."""
    if isinstance(value, tuple | list):
        return [_filled(one) for one in value]
    return _filled(value) if value else None
