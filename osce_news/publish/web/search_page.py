"""The front page: a search box, the items found, and the choices to narrow them."""

from __future__ import annotations

import re
import shlex
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from osce_news.errors import BadInputError
from osce_news.publish import exporter
from osce_news.publish.formats import bibtex, format_of, ris
from osce_news.publish.references import citation, dataset_reference
from osce_news.publish.web.addresses import ITEMS, Position, query_of
from osce_news.publish.web.databases import file_of, open_copy, read
from osce_news.publish.web.facets import facets
from osce_news.publish.web.responses import download, html
from osce_news.storage import queries
from osce_news.storage.queries import VOCABULARIES, Query, label, search
from osce_news.storage.queries.coverage import Coverage, coverage
from osce_news.storage.runs import list_runs

MARKS = ("\x02", "\x03")
FILES = {"csv": "CSV", "xlsx": "Excel", "ris": "RIS", "bib": "BibTeX", "atom": "Feed"}
_SHOWN = 5  # values of a facet; the others are folded
_ADDRESSES = 60_000  # characters of the addresses of a facet; a long query leaves room for fewer values


async def search_page(datasette: Any, request: Any) -> Any:
    """Answer with a page of results; without a query, of all items."""
    variables: dict[str, Any] = {"given": request.args, "files": FILES}
    try:
        position = Position.read(request.args)
        async with file_of(datasette, position.query.as_of) as path:
            variables |= await read(datasette, path, lambda connection: _results(connection, position, path))
    except BadInputError as error:
        return await html(datasette, request, "search.html", variables | {"error": error}, 400)
    return await html(datasette, request, "search.html", variables)


async def search_file(datasette: Any, request: Any, send: Any) -> Any:
    """Answer with all items of a query as a file; a feed has the newest 100."""
    query = query_of(request.args, ())
    chosen = format_of(Path(f"items.{request.url_vars['suffix']}"))

    def write(connection: sqlite3.Connection, file: Any) -> None:
        rows = exporter.newest(connection, query, chosen)
        exporter.write_to_stream(connection, rows, file, chosen, query)

    async with file_of(datasette, query.as_of) as path:
        name = f"items{chosen.suffixes[0]}"
        await download(datasette, request, send, path, name, chosen.media_type, write)


async def cite_page(datasette: Any, request: Any) -> Any:
    """Answer with the reference to the items of a query, as `osce-news cite` prints it."""
    position = Position(query := query_of(request.args, ()))

    def covered(connection: sqlite3.Connection) -> tuple[Coverage, list[str]]:
        known = search.covered(connection, query, "cite")
        return known, search.remarks(connection, query, known.items)

    async with file_of(datasette, query.as_of) as path:
        known, notes = await read(datasette, path, covered)
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


def _results(connection: sqlite3.Connection, position: Position, path: Path) -> dict[str, Any]:
    """Return what the page shows of a query. Raises BadInputError if the result has no such page."""
    query, known = position.query, facets(path)
    items = known.found(connection, query)
    total = items.bit_count()
    pages = max(1, -(-total // ITEMS))
    if position.page > pages:
        raise BadInputError(f"there is no page {position.page}; the last one is {pages}")
    first = (position.page - 1) * ITEMS
    found = search.search(connection, query, ITEMS, MARKS, offset=first, newest=position.newest)
    notes = search.remarks(connection, query, total)
    if found.ranked:
        notes.append(f"only the newest {found.ranked:,} items were ranked; the newest first shows all")
    counted = known.of(connection, query, items)
    return {
        "position": position,
        "orders": {newest: replace(position, newest=newest).results() for newest in (False, True)},
        "total": total,
        "pages": pages,
        "rows": [{**row, **_passages(row), "number": first + n} for n, row in enumerate(found.rows, 1)],
        "notes": notes,
        "instead": _instead(position, {} if total else search.nearest_words(connection, query)),
        "choices": list(_choices(position)),
        "together": position.results({"every": True}) if _has_several(query) else None,
        "facets": {name: list(_values(position, name, counted[name])) for name in VOCABULARIES},
        "counted": counted,
        "shown": _SHOWN,
        "decades": {year[:3]: _between(position, f"{year[:3]}0", f"{year[:3]}9") for year in counted["year"]},
        "years": [_year(position, year, number) for year, number in counted["year"].items()],
        "highest": max(counted["year"].values(), default=0),
        "command": command(position),
        "about": None if query or position.page > 1 else _about(path),
    }


def _instead(position: Position, nearest: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the query with words that occur, and its address; None without such words."""
    words = re.sub(r"\w+", lambda word: nearest.get(word[0], word[0]), position.query.words)
    return (words, position.results({"words": words})) if nearest else None


def _passages(row: dict[str, Any]) -> dict[str, Markup]:
    """Return the title and a passage as HTML, with the words that were found marked in one of them."""
    snippet = row["snippet"] or ""
    plain = snippet.strip("…").replace(MARKS[0], "").replace(MARKS[1], "")
    if plain and plain in row["title"]:
        title = row["title"].replace(plain, snippet.strip("…"), 1)
        return {"title_marked": marked(title), "passage": escape(_shortened(row["teaser"]))}
    return {"title_marked": escape(row["title"]), "passage": marked(snippet or _shortened(row["teaser"]))}


def _shortened(text: str | None) -> str:
    return f"{text[:240].rsplit(' ', 1)[0]} …" if text and len(text) > 260 else text or ""


def _choices(position: Position) -> Iterator[tuple[str, str, str]]:
    """Yield the name and value of each choice, and the address without it."""
    query = position.query
    if query.words:
        yield "Words", query.words, position.results({"words": ""})
    for name in VOCABULARIES:
        for value in getattr(query, f"{name}s"):
            yield name.title(), label(name, value), position.toggled(name, value)
    titles = {"since": "Since", "until": "Until", "language": "Language", "as_of": "As it was on"}
    for name, title in titles.items():
        if value := getattr(query, name):
            yield title, value, position.results({name: None})
    if query.every:
        yield "With", "all of these offices, topics and places", position.results({"every": False})


def _has_several(query: Query) -> bool:
    """Whether several offices, topics or places are chosen, and an item may have any of them."""
    return not query.every and max(map(len, (query.offices, query.topics, query.places))) > 1


def _values(position: Position, name: str, counted: dict[str, int]) -> Iterator[tuple[str, int, str, bool]]:
    """Yield the label, count and address of values of a facet, and whether each is chosen.

    The chosen ones come first, then the most frequent ones; a very long query has no room for all.
    """
    chosen = getattr(position.query, f"{name}s")
    ordered = sorted(counted, key=lambda value: value not in chosen)
    for value in ordered[: _ADDRESSES // len(position.results())]:
        yield label(name, value), counted[value], position.toggled(name, value), value in chosen


def _year(position: Position, year: str, number: int) -> tuple[str, int, str, bool]:
    """Return a bar of the histogram: the year, its number of items, its address, and whether it is chosen."""
    query = position.query
    inside = (query.since or "") <= f"{year}-12-31" and f"{year}-01-01" <= (query.until or "9999")
    return year, number, _between(position, year, year), inside


def _between(position: Position, first: str, last: str) -> str:
    return position.results({"since": f"{first}-01-01", "until": f"{last}-12-31"})


@lru_cache(maxsize=1)
def _about(path: Path) -> dict[str, Any]:
    """Return what the front page says about the data of a served copy, which does not change."""
    with closing(open_copy(path)) as connection:
        return queries.overview(connection) | {
            "coverage": coverage(connection),
            "last_run": next(iter(list_runs(connection, 1)), None),
        }
