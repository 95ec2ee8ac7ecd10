"""Ready-made queries as forms, and the user's own SQL: pages of rows, and all rows as CSV."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import tomllib
from contextlib import suppress
from functools import partial
from importlib import resources
from typing import Any

from datasette.utils import InvalidSql, derive_named_parameters, validate_sql_select
from markupsafe import Markup

from osce_news.errors import BadInputError
from osce_news.normalize.dates import date_option
from osce_news.normalize.vocabulary import vocabulary
from osce_news.publish.web.addresses import number_in
from osce_news.publish.web.databases import DATABASE, TABLE, read
from osce_news.publish.web.responses import download, html
from osce_news.storage import dictionary
from osce_news.storage.queries import VOCABULARIES
from osce_news.storage.queries.fts_query import parse_words
from osce_news.storage.schema import LISTS

# Datasette's canned queries, by name.
QUERIES: dict[str, dict[str, Any]] = tomllib.loads(
    resources.files(__package__).joinpath("canned_queries.toml").read_text("utf-8")
)
_ROWS = 50  # of a page
_LONGEST = 200  # characters of a value on a page
_CSV_S = 60  # processor time; a file has all rows


async def query_page(datasette: Any, request: Any, send: Any) -> Any:
    """Answer with a form and the rows of a ready-made query or of `sql`; without either, list the queries."""
    name, suffix = request.url_vars.get("name"), request.url_vars.get("suffix")
    database = datasette.get_database(DATABASE)
    ready: dict[str, Any] = QUERIES.get(name, {})
    sql = (ready.get("sql") or request.args.get("sql") or "").strip().rstrip(";")
    named = ready.get("params") or await derive_named_parameters(database, sql)
    given = {each: request.args.get(each) or "" for each in named}
    tables = await database.table_names()
    variables: dict[str, Any] = {
        "name": name, "ready": ready, "sql": sql, "given": given, "queries": QUERIES, "page": 1, "rows": None,
        # Those that are described, the one of items first.
        "tables": [TABLE, *(each for each in dictionary.tables() if each in tables and each != TABLE)],
    }  # fmt: skip
    try:
        if sql:
            values = _values(ready, given, request.args)
            validate_sql_select(sql)
            if suffix:
                write, file = partial(_write_csv, sql=sql, values=values), f"{name or 'rows'}.csv"
                return await download(datasette, request, send, None, file, write, _CSV_S)
            page = number_in(request.args, "page")
            variables |= await read(datasette, None, lambda connection: _page(connection, sql, values, page))
        elif suffix:
            raise BadInputError("no SQL: write it in the address, such as ?sql=select+1")
    except (BadInputError, InvalidSql, sqlite3.Error, sqlite3.Warning) as error:
        variables["error"] = error
    return await html(datasette, request, "queries.html", variables)


def _page(connection: sqlite3.Connection, sql: str, values: dict[str, str], page: int) -> dict[str, Any]:
    """Return what a page shows of the rows of a query; raises what SQLite raises."""
    first = (page - 1) * _ROWS
    cursor = connection.execute(f"SELECT * FROM (\n{sql}\n) LIMIT {_ROWS + 1} OFFSET {first}", values)
    columns, found = [column[0] for column in cursor.description], cursor.fetchall()
    rows = [[_shown(*cell) for cell in zip(columns, row, strict=True)] for row in found[:_ROWS]]
    return {"page": page, "first": first + 1, "rows": rows, "columns": columns, "more": len(found) > _ROWS}


def _values(ready: dict[str, Any], given: dict[str, str], arguments: Any) -> dict[str, str]:
    """Return the values of the fields. Raises BadInputError for a wrong one, and for unknown fields."""
    for unknown in {*arguments} - {*given, "sql", "page"}:
        if not unknown.startswith("_"):  # as Datasette's own
            raise BadInputError(f"no field {unknown[:80]!r}; choose from {', '.join(given) or 'none'}")
    return {name: _value(ready, name, value) for name, value in given.items()}


def _value(ready: dict[str, Any], name: str, value: str) -> str:
    """Return the value of a field, a date as YYYY-MM-DD. Raises BadInputError for an invalid one."""
    kind = ready.get("params", {}).get(name)
    if kind in ("since", "until"):
        return date_option(value.strip() or None, kind) or ""
    if kind == "words":
        parse_words(value)  # raises
    if kind == "number" and not re.fullmatch(r"[0-9]{0,5}", value.strip()):
        raise BadInputError(f"{name}: not a number from 0 to 99999: {value[:80]!r}")
    return value.strip()


def with_dates(name: str, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the arguments of a ready-made query that Datasette runs, with dates as YYYY-MM-DD."""
    return [(key, _value(QUERIES[name], key, value)) for key, value in pairs]


def linked(column: str, value: Any) -> Markup | None:
    """Return the members of a list as links to the items that have them, an id as a link; None for others."""
    if column in ("id", "item_id") and value is not None and str(value).isalnum():
        return Markup('<a href="/items/{}">{}</a>').format(value, value)
    names = None
    if column in LISTS:
        with suppress(TypeError, ValueError):
            names = json.loads(value)
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return None  # a query may give any value this name
    kind = LISTS[column]
    found = [(name, vocabulary(VOCABULARIES[kind]).find(name)) for name in names]
    link = Markup('<a href="/?{}={}">{}</a>')
    links = [link.format(kind, entry.id, name) if entry else name for name, entry in found]
    return Markup("; ").join(links) or Markup("&nbsp;")  # as Datasette shows NULL


def _shown(column: str, value: Any) -> str:
    text = "" if value is None else str(value)
    return linked(column, value) or (f"{text[:_LONGEST]}…" if len(text) > _LONGEST else text)


def _write_csv(connection: sqlite3.Connection, file: Any, sql: str, values: dict[str, str]) -> None:
    """Write all rows of a query."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    cursor = connection.execute(sql, values)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column[0] for column in cursor.description)
    writer.writerows(cursor)
    text.detach()
