"""CSV in UTF-8, with lists joined to one text."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from osce_news.publish.formats import Format, Row
from osce_news.storage.dictionary import Column

# Excel runs text that starts with one of these; in some locales also with a full-width one (OWASP, "CSV
# Injection").
_FORMULA_SIGNS = tuple("=+-@＝＋－＠")
LIST_SEPARATOR = "; "  # occurs in no name of an office, topic or place


def write(
    rows: Iterable[Row], file: TextIO, *, columns: Sequence[Column], bom: bool = False, delimiter: str = ","
) -> None:
    """Write a header and one line per row; `delimiter` is one character.

    With `bom` the file is meant for Excel: it starts with a byte order mark, by which Excel recognises
    UTF-8, and text that Excel would run as a formula gets an apostrophe in front.
    """
    if bom:
        file.write("\ufeff")
    names = [column.name for column in columns]
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        cells = [joined(row[name]) for name in names]
        writer.writerow(map(_no_formula, cells) if bom else cells)


def joined(value: Any) -> Any:
    """Return a list as one text, and any other value as it is."""
    return LIST_SEPARATOR.join(value) if isinstance(value, list) else value


def _no_formula(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_SIGNS) else value


FORMAT = Format(
    "csv", (".csv", ".tsv"), write, ("columns", "bom", "delimiter", "texts", "datapackage"),
    media_type="text/csv", list_separator=LIST_SEPARATOR,
)  # fmt: skip
