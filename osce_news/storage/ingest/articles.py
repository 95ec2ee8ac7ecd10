"""Stores the responses to requests for items' own pages as rows of `articles`."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, replace
from typing import Any

from osce_news.errors import StorageError
from osce_news.items import BY_EXTRACTOR, BY_SEARCH, ArticleItem, ArticleStatus, Listing, NewsItem, RawArticle
from osce_news.normalize import canonical_url, normalize, normalize_listing, parse_date
from osce_news.normalize.identity import language_of, title_key
from osce_news.normalize.vocabulary import known_language
from osce_news.storage import database
from osce_news.storage.crawl_state import has_item
from osce_news.storage.ingest import rows
from osce_news.storage.ingest.readings import Revision, language_rank, revisions, text_kind

_NO_NEWS = (BY_EXTRACTOR, BY_SEARCH, "drupal6-description")  # the layouts of many pages that are not news
_LABELS = ("content_type", "offices", "topics")
_COMPARED = ("published", *_LABELS)
_PRINTED = (
    f"SELECT articles.*, url_raw, {', '.join(f'items.{n}_raw AS item_{n}' for n in ('title', *_COMPARED))} "
    "FROM articles JOIN items ON items.id = item_id WHERE read_at IS NOT NULL"
)


def lacks_list(connection: sqlite3.Connection, item_id: str) -> bool:
    """Whether lists lack fields of an item, which its own page may have.

    That is so if the item is not stored, has no date, or has fields that no list has shown.
    """
    sql = "SELECT sources IS NULL AND published_raw IS NOT NULL FROM items WHERE id = ?"
    row = connection.execute(sql, [item_id]).fetchone()
    return row is None or not row[0]


def as_listing(item: ArticleItem) -> Listing | None:
    """Return an item's own page as a page that shows this one item; None if it does not show a news item.

    A page shows one if it prints a content type of the newsroom. If it prints none, it shows one if it has a
    date and a text in a known layout: pages of documents, events and offices have numbers too.
    """
    article = item.article
    if article is None or item.status != "read" or not item.item_id.isdecimal():
        return None
    record = NewsItem(
        url_raw=article.url,
        title_raw=article.title,
        published_raw=article.published,
        content_type_raw=article.content_type,
        offices_raw=article.offices,
        topics_raw=article.topics,
        language_raw=article.language,
    )
    page = Listing(item.url, item.fetched_at, item.sha256 or "", item.http_status, 1, origin="page")
    page.records = [record]
    page.fields = frozenset({"title_raw", "published_raw"})
    normalize_listing(page)
    is_dated_text = record.published and article.text and article.layout not in _NO_NEWS
    if not (record.content_type or (article.content_type is None and is_dated_text)):
        return None
    return page if page.records and record.id == item.item_id else None


def write_article(
    connection: sqlite3.Connection, item: ArticleItem, run: int, *, saved: bool
) -> tuple[ArticleStatus, Revision | None]:
    """Store one response inside the caller's transaction; return its status and how the text changed.

    The text is kept if the page is gone or can't be read later. `saved` is whether it comes from an
    archive and may be older than the stored one: then each part of the row keeps the newer value.

    Raises StorageError for an item that is not stored.
    """
    if not has_item(connection, item.item_id):
        raise StorageError(f"neither a list nor its own page has shown the item {item.item_id}: {item.url}")
    if item.status == "moved" and item.article is not None:
        if _is_own_page(connection, item.item_id, item.article):
            item = replace(item, status="read", moved_to=None)
        else:
            item = replace(item, article=None)
    row = connection.execute("SELECT * FROM articles WHERE item_id = ?", [item.item_id]).fetchone()
    if row is None and item.status == "unchanged":  # unchanged since a request that stored nothing
        return item.status, None
    values = _first_times(item, row)
    from_search = item.article is not None and item.article.layout == BY_SEARCH
    was_requested = row is not None and (row["layout"] != BY_SEARCH or row["status"] != "read")
    newest = row is None or not saved or item.fetched_at >= row["fetched_at"]
    if newest and not (from_search and was_requested):  # the state of the item's own page is kept
        values |= _request_columns(item, run)
    change = None
    if item.article is not None and _replaces(item, row, saved=saved):
        values |= _content_columns(connection, item)
        change = _text_revision(item, row)
    values["item_id"] = item.item_id
    if row is None:
        database.insert(connection, "articles", [values])
    else:
        database.update(connection, "articles", [values], key="item_id")
    if change is not None:
        rows.write_revisions(connection, item.item_id, [change], item.fetched_at, run)
    return item.status, change


def write_listed(connection: sqlite3.Connection, page: Listing, run: int, *, saved: bool) -> int:
    """Store the full texts that a page itself holds, of its records; return how many changed.

    The text of an item's own page takes precedence, and of the others the one at an English address, or else
    the one whose language comes first, in any order of the readings.
    """
    listed = {record.id for record in page.records}
    texts: dict[str, ArticleItem] = {}
    for one in page.articles:
        other = texts.get(one.item_id)
        if one.item_id in listed and (other is None or _rank(one.url) <= _rank(other.url)):
            texts[one.item_id] = one
    sql = (
        "SELECT item_id, layout, url FROM articles WHERE read_at IS NOT NULL "
        "AND item_id IN (SELECT value FROM json_each(?))"
    )
    better = {
        row["item_id"]
        for row in connection.execute(sql, [json.dumps(list(texts))])
        if row["layout"] != BY_SEARCH or _rank(row["url"] or "") < _rank(texts[row["item_id"]].url)
    }
    # In the order of the page, so that a replay gives the revisions the same numbers.
    stored = (
        write_article(connection, item, run, saved=saved) for one, item in texts.items() if one not in better
    )
    return sum(change is not None for _, change in stored)


def write_request(connection: sqlite3.Connection, item: ArticleItem, run: int) -> None:
    """Add a response with a body, or a 304, to the pages that the run read."""
    sha256 = item.sha256
    if item.status == "unchanged":
        sql = "SELECT sha256 FROM articles WHERE item_id = ?"
        row = connection.execute(sql, [item.item_id]).fetchone()
        sha256 = row["sha256"] if row else None
    if sha256 is None:
        return
    row = {
        "run_id": run,
        "item_id": item.item_id,
        "url": item.url,
        "fetched_at": item.fetched_at,
        "sha256": sha256,
        "status": item.http_status,
        **dict.fromkeys(("results", "new", "changed", "unchanged"), 0),
        "etag": item.etag,
        "last_modified": item.last_modified,
    }
    database.insert(connection, "pages", [row])


def renormalize_articles(connection: sqlite3.Connection) -> None:
    """Normalise the printed values of articles again.

    These are the date, the language, and the differences from the list. Older versions stored the language
    in one form only, which then counts as printed.
    """
    changed = []
    for row in connection.execute(_PRINTED):
        listed = NewsItem(url_raw=row["url_raw"])
        for name in ("title", *_COMPARED):
            setattr(listed, f"{name}_raw", row[f"item_{name}"])
        printed = {name: row[f"{name}_raw"] for name in _COMPARED}
        differs = _json(differences(listed, row["title"], printed)) if row["title"] else None
        stated = row["language_raw"] or row["language"]
        values = {
            "published": parse_date(row["published_raw"]),
            "language": known_language(stated),
            "language_raw": stated,
            "differs": differs,
        }
        if any(value != row[name] for name, value in values.items()):
            changed.append({"item_id": row["item_id"], **values})
    database.update(connection, "articles", changed, key="item_id")


def differences(
    listed: NewsItem, title: str, printed: dict[str, str | None]
) -> dict[str, tuple[str | None, str | None]]:
    """Return where an item's page differs from the list: each field with the list's value and the page's.

    White space, quotes, dashes, the case and order of labels, and other names of one entry do not count. A
    date that the page does not print does not count either, nor do labels if it prints none at all.
    """
    with_labels = any(printed.get(name) for name in _LABELS)
    one, other = NewsItem(url_raw=listed.url_raw), NewsItem(url_raw=listed.url_raw)
    one.title_raw, other.title_raw = listed.title_raw, title
    for name in _COMPARED:
        on_list, on_page = getattr(listed, f"{name}_raw"), printed.get(name)
        compared = on_page is not None or (with_labels and name in _LABELS)
        setattr(one, f"{name}_raw", on_list)
        setattr(other, f"{name}_raw", on_page if compared else on_list)
    changes = revisions(normalize(one), normalize(other))
    return {change.field: (change.before, change.after) for change in changes if change.kind != "cosmetic"}


def _rank(url: str) -> tuple[bool, str]:
    return language_rank(language_of(url))


def _is_own_page(connection: sqlite3.Connection, item_id: str, article: RawArticle) -> bool:
    """Whether a page at an address without a number is the item's: the address or the title is known."""
    sql = "SELECT title, addresses.url FROM items JOIN addresses ON item_id = id WHERE id = ?"
    known = connection.execute(sql, [item_id]).fetchall()
    return canonical_url(article.url) in {row["url"] for row in known} or title_key(article.title) in {
        title_key(row["title"]) for row in known
    }


def _first_times(item: ArticleItem, row: sqlite3.Row | None) -> dict[str, Any]:
    """Return the times of the first request and the first reading, in any order of the responses."""
    at = item.fetched_at
    values: dict[str, Any] = {"first_asked": min(row["first_asked"], at) if row else at}
    first_read = row["first_read"] if row else None
    if item.status == "read" or (item.status == "unchanged" and first_read):
        values["first_read"] = min(first_read, at) if first_read else at
    return values


def _request_columns(item: ArticleItem, run: int) -> dict[str, Any]:
    values = {"fetched_at": item.fetched_at, "http_status": item.http_status, "run_id": run}
    if item.status != "unchanged":
        values |= {"status": item.status, "reason": item.reason, "moved_to": item.moved_to}
    return values


def _replaces(item: ArticleItem, row: sqlite3.Row | None, *, saved: bool) -> bool:
    """Whether this reading replaces the stored one; of two from one second, always the same one counts."""
    if row is None or row["read_at"] is None or not saved:
        return True
    if row["layout"] == BY_SEARCH and item.article is not None and item.article.layout != BY_SEARCH:
        return True
    text = item.article.text if item.article else None
    return (item.fetched_at, text or "") >= (row["read_at"], row["text"] or "")


def _content_columns(connection: sqlite3.Connection, item: ArticleItem) -> dict[str, Any]:
    """Return the columns that hold what the page shows."""
    article = item.article
    assert article is not None
    stored = rows.load(connection, [item.item_id])[item.item_id]
    printed = {name: getattr(article, name) for name in _COMPARED}
    return {
        "read_at": item.fetched_at,
        "etag": item.etag,
        "last_modified": item.last_modified,
        "sha256": item.sha256,
        "url": article.url,
        "canonical_url": article.canonical,
        "title": article.title,
        "published": parse_date(article.published),
        **{f"{name}_raw": value for name, value in printed.items()},
        "place": article.place,
        "language": known_language(article.language),
        "language_raw": article.language,
        "layout": article.layout,
        "note": article.note,
        "differs": _json(differences(rows.raw_item(stored), article.title, printed)),
        "image": _json(asdict(article.image)) if article.image else None,
        "downloads": _json([asdict(one) for one in article.downloads]) or "[]",
        "languages": _json([asdict(one) for one in article.languages]) or "[]",
        "contact": article.contact,
        "text": article.text or None,
    }


def _text_revision(item: ArticleItem, row: sqlite3.Row | None) -> Revision | None:
    """Return how the text changed since it was last read; None if it did not.

    If the bytes of the page are the same, the extraction changed and not the page.
    """
    after = item.article.text if item.article else None
    if row is None or row["read_at"] is None or row["text"] == after:
        return None
    if row["sha256"] is not None and row["sha256"] == item.sha256:
        return None
    return Revision("text", row["text"], after, text_kind(row["text"], after))


def _json(value: Any) -> str | None:
    return json.dumps(value, ensure_ascii=False) if value else None
