"""CSV in UTF-8, with lists joined to one text."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from osce_news.publish.formats.base import Format, Row
from osce_news.storage.dictionary import Column

_FORMULA_SIGNS = ("=", "+", "-", "@")  # Excel runs text that starts with one of these
_LIST_SEPARATOR = "; "  # occurs in no name of an office, topic or place


def write(rows: Iterable[Row], file: TextIO, *, columns: Sequence[Column], bom: bool = False) -> None:
    """Write a header and one line per row.

    With `bom` the file is meant for Excel: it starts with a byte order mark, by which Excel recognises
    UTF-8, and text that Excel would run as a formula gets an apostrophe in front.
    """
    if bom:
        file.write("\ufeff")
    names = [column.name for column in columns]
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        cells = [_joined(row[name]) for name in names]
        writer.writerow(map(_no_formula, cells) if bom else cells)


def _joined(value: Any) -> Any:
    return _LIST_SEPARATOR.join(value) if isinstance(value, list) else value


def _no_formula(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_SIGNS) else value


FORMAT = Format(
    "csv",
    (".csv",),
    write,
    options=("columns", "bom", "datapackage"),
    media_type="text/csv",
    list_separator=_LIST_SEPARATOR,
)
