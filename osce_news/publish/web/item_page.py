"""The page of an item: its text, its history, its reference, and links to its neighbours in the result."""

from __future__ import annotations

import difflib
import re
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from datasette.utils.asgi import NotFound, Response
from markupsafe import Markup, escape

from osce_news.normalize.vocabulary import vocabulary
from osce_news.publish.formats import format_of
from osce_news.publish.references import Reference, citation, item_reference
from osce_news.publish.web.addresses import Position
from osce_news.publish.web.databases import read
from osce_news.publish.web.responses import html
from osce_news.publish.web.search_page import MARKS, marked
from osce_news.storage import queries
from osce_news.storage.queries import VOCABULARIES, Query, search

_REVISIONS = 10  # shown; all are in the table
_DIFFERENCE = 100  # words of a difference that are shown
_UNCHANGED = 12  # words that are shown around a difference
_ORDER = (
    "SELECT n FROM (SELECT id, row_number() OVER (ORDER BY published DESC, id) AS n FROM items) WHERE id = ?"
)


async def item_page(datasette: Any, request: Any) -> Any:
    """Answer with the page of an item."""
    position = Position.read(request.args)

    def found(connection: sqlite3.Connection) -> tuple[Any, dict[str, Any]]:
        item = _item(connection, request.url_vars["id"], position)
        return item, _in_result(connection, position, item, request.args)

    item, in_result = await read(datasette, position.query.as_of, found)
    reference = item_reference(item)
    variables = {
        "item": item,
        "position": position,
        "citation": citation(reference),
        "coins": coins(reference),
        "entries": {kind: vocabulary(VOCABULARIES[kind]).entries for kind in ("office", "topic", "place")},
        "revisions": item["revisions"][: -_REVISIONS - 1 : -1],
        "difference": difference,
        **in_result,
    }
    return await html(datasette, request, "item.html", variables)


async def item_file(datasette: Any, request: Any) -> Any:
    """Answer with the reference to an item as a file."""
    identifier, position = request.url_vars["id"], Position.read(request.args)
    day = position.query.as_of
    item = await read(datasette, day, lambda connection: _item(connection, identifier, position))
    name = f"osce-{identifier}.{request.url_vars['suffix']}"
    form = format_of(Path(name))
    assert form.cite is not None
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(form.cite(item_reference(item)), headers=headers, content_type=form.media_type)


def _item(connection: sqlite3.Connection, identifier: str, position: Position) -> Any:
    """Return an item. Raises NotFound."""
    item = queries.item(connection, identifier)
    if item is None:
        then = f" as of {position.query.as_of}" if position.query.as_of else ""
        raise NotFound(f"no item {identifier[:80]!r}{then}")
    return item


def _in_result(
    connection: sqlite3.Connection, position: Position, item: Any, arguments: Any
) -> dict[str, Any]:
    """Return the neighbours of the item in the result, and its texts with the words of the query marked."""
    number = position.number
    if not arguments.get("item"):
        number = connection.execute(_ORDER, [item["id"]]).fetchone()[0]
        position = Position(Query(as_of=position.query.as_of), number=number)
    before = max(0, number - 2)
    around = search.search(connection, position.query, 3, MARKS, offset=before, newest=position.newest).rows
    rows = dict(enumerate(around, before + 1))
    number = next((n for n, row in rows.items() if row["id"] == item["id"]), 0)
    if not number:  # the link is from before a crawl that changed the result
        rows, number = {}, 1
    texts = _texts(connection, position.query, item)
    return {
        "position": replace(position, number=number),
        "earlier": rows.get(number - 1),
        "later": rows.get(number + 1),
        **{name: marked(text) for name, text in texts.items()},
    }


def _texts(connection: sqlite3.Connection, query: Query, item: Any) -> dict[str, str | None]:
    """Return the title, the teaser and the text of an item, with marks around the words of the query."""
    texts = {name: item[name] for name in ("title", "teaser", "text")}
    if not query.words:
        return texts
    columns = ", ".join(f"highlight(items_fts, {n}, ?1, ?2) AS {name}" for n, name in enumerate(texts))
    joined = "items_fts JOIN items ON items.key = items_fts.rowid"
    sql = f"SELECT {columns} FROM {joined} WHERE items_fts MATCH ?3 AND id = ?4"
    found = connection.execute(sql, [*MARKS, query.match, item["id"]]).fetchone()
    return dict(found) if found else texts


def difference(before: str | None, after: str | None) -> Markup:
    """Return the difference of two texts as HTML: removed and added words are marked, the rest is shortened.

    >>> difference("a new office", "an office")
    Markup('<del>a new</del> <ins>an</ins> office')
    >>> difference("an office", "an office in Vienna")
    Markup('an office <ins>in Vienna</ins>')
    """
    old, new = (re.findall(r"\S+\s*", f"{text or ''} ") for text in (before, after))
    parts, left = [], _DIFFERENCE
    for kind, start, end, start_new, end_new in difflib.SequenceMatcher(None, old, new).get_opcodes():
        removed, added = old[start:end], new[start_new:end_new]
        if kind == "equal":
            if len(removed) > 2 * _UNCHANGED:
                removed[_UNCHANGED:-_UNCHANGED] = ["… "]
            left -= len(removed)
            parts.append(escape("".join(removed)))
            continue
        parts += [_changed("del", removed), _changed("ins", added)]
        left -= len(removed) + len(added)
        if left < 0 and end < len(old):
            parts.append(escape(" …"))
            break
    return Markup("").join(parts).rstrip()


def _changed(tag: str, words: list[str]) -> Markup:
    """Return the words in this element, and a space after it if there is one after the words."""
    text = "".join([*words[:_DIFFERENCE], "…"] if len(words) > _DIFFERENCE else words)
    space = " " if text[-1:].isspace() else ""
    return Markup("<{0}>{1}</{0}>{2}").format(tag, text.rstrip(), space) if text else Markup("")


def coins(reference: Reference) -> str:
    """Return the reference as a COinS, by which Zotero takes the authors as institutions."""
    values = {
        "ctx_ver": "Z39.88-2004",
        "rft_val_fmt": "info:ofi/fmt:kev:mtx:dc",
        "rft.type": "webpage",
        "rft.title": reference.title,
        "rft.aucorp": reference.authors,
        "rft.date": reference.issued,
        "rft.identifier": reference.url,
        "rft.language": reference.language,
        "rft.description": reference.abstract,
        "rft.subject": reference.keywords,
    }
    return urlencode({name: value for name, value in values.items() if value}, doseq=True)
