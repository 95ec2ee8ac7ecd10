"""The front page: a search box, the items found, and the choices to narrow them."""

from __future__ import annotations

import re
import shlex
import sqlite3
from contextlib import closing
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from osce_news.errors import BadInputError
from osce_news.publish import exporter
from osce_news.publish.formats import bibtex, format_of, ris
from osce_news.publish.references import citation, dataset_reference
from osce_news.publish.web.addresses import ITEMS, Position, query_of
from osce_news.publish.web.databases import Copy, open_copy, read
from osce_news.publish.web.facets import count_values
from osce_news.publish.web.responses import download, html
from osce_news.storage import queries
from osce_news.storage.queries import VOCABULARIES, label, search
from osce_news.storage.queries.coverage import Coverage, coverage
from osce_news.storage.runs import list_runs

MARKS = ("\x02", "\x03")
FILES = {"csv": "CSV", "xlsx": "Excel", "ris": "RIS", "bib": "BibTeX", "atom": "Feed"}


async def search_page(datasette: Any, request: Any) -> Any:
    """Answer with a page of results; without a query, of all items."""
    variables: dict[str, Any] = {"given": request.args, "files": FILES}
    try:
        position = Position.read(request.args)
        variables |= await read(datasette, position.query.as_of, partial(_results, position))
    except BadInputError as error:
        variables["error"] = error
    return await html(datasette, request, "search.html", variables)


async def search_file(datasette: Any, request: Any, send: Any) -> Any:
    """Answer with all items of a query as a file; a feed has the newest 100."""
    query = query_of(request.args, ())
    name = f"items.{request.url_vars['suffix']}"
    chosen = format_of(Path(name))

    def write(connection: sqlite3.Connection, file: Any) -> None:
        rows = exporter.newest(connection, query, chosen)
        exporter.write_to_stream(connection, rows, file, chosen, query)

    await download(datasette, request, send, query.as_of, name, write)


async def cite_page(datasette: Any, request: Any) -> Any:
    """Answer with the reference to the items of a query, as `osce-news cite` prints it."""
    position = Position(query := query_of(request.args, ()))

    def covered(connection: sqlite3.Connection) -> tuple[Coverage, list[str]]:
        known = search.covered(connection, query, "cite")
        return known, search.remarks(connection, query, known.items)

    known, notes = await read(datasette, query.as_of, covered)
    reference = dataset_reference(known)
    variables = {
        "position": position,
        "citation": citation(reference),
        "notes": notes,
        "formats": {"bibtex": bibtex.entry(reference), "ris": ris.record(reference)},
        "command": shlex.join(["osce-news", "cite", *query.options()]),
    }
    return await html(datasette, request, "cite.html", variables)


def marked(text: str | None) -> Markup:
    """Return a text as HTML, with what is between the marks marked."""
    return escape(text or "").replace(MARKS[0], Markup("<mark>")).replace(MARKS[1], Markup("</mark>"))


def command(position: Position) -> str:
    """Return the command that prints the same items."""
    query = position.query
    if not query.words or position.newest:
        return shlex.join(["osce-news", "list", *query.options()])
    last = ["--", query.words] if query.words.startswith("-") else [query.words]
    return shlex.join(["osce-news", "search", *replace(query, words="").options(), *last])


def _results(position: Position, connection: Copy) -> dict[str, Any]:
    """Return what the page shows of a query. Raises BadInputError if the result has no such page."""
    query = position.query
    total, counted = count_values(connection, query)
    pages = max(1, -(-total // ITEMS))
    if position.page > pages:
        raise BadInputError(f"there is no page {position.page}; the last one is {pages}")
    first = (position.page - 1) * ITEMS
    found = search.search(connection, query, ITEMS, MARKS, offset=first, newest=position.newest)
    notes = search.remarks(connection, query, total)
    if found.ranked:
        notes.append(f"only the newest {found.ranked:,} items were ranked; the newest first shows all")
    nearest = {} if total else search.nearest_words(connection, query)
    return {
        "position": position,
        "total": total,
        "pages": pages,
        "rows": [{**row, **_marked_in(row), "number": first + n} for n, row in enumerate(found.rows, 1)],
        "notes": notes,
        "instead": nearest and re.sub(r"\w+", lambda word: nearest.get(word[0], word[0]), query.words),
        "counted": counted,
        "facets": tuple(VOCABULARIES),
        "label": label,
        "command": command(position),
        "about": None if query or position.page > 1 else _about(connection.path),
    }


def _marked_in(row: dict[str, Any]) -> dict[str, Markup]:
    """Return the title, or else a passage, as HTML with the words that were found marked in it."""
    snippet = row["snippet"] or ""
    plain = snippet.strip("…").replace(MARKS[0], "").replace(MARKS[1], "")
    if plain and plain in row["title"]:
        return {"title": marked(row["title"].replace(plain, snippet.strip("…"), 1))}
    return {"passage": marked(snippet)}


@lru_cache(maxsize=1)
def _about(path: Path) -> dict[str, Any]:
    """Return what the front page says about the data of a served copy, which does not change."""
    with closing(open_copy(path)) as connection:
        about = {"coverage": coverage(connection), "last_run": next(iter(list_runs(connection, 1)), None)}
        return queries.overview(connection) | about
