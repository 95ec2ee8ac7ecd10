"""Exports as text: CSV, JSON lines, and lists of references."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from osce_news.publish.references import bibtex, csl, of_item, ris
from osce_news.storage.dictionary import Column
from osce_news.storage.queries import Row

_FORMULAS = ("=", "+", "-", "@")  # what begins so, Excel carries out
BETWEEN = "; "  # no name of an office, topic or place has a semicolon


def write_csv(path: Path, rows: Iterable[Row], columns: Sequence[Column], *, bom: bool = False) -> int:
    """Write rows as CSV in UTF-8, lists joined by `BETWEEN`; return how many.

    With `bom` the file is for Excel: it begins with the mark by which Excel knows UTF-8, and a text that
    Excel would take for a formula, and carry out, has an apostrophe in front.
    """
    names = [one.name for one in columns]
    count = 0
    with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        for count, row in enumerate(rows, 1):  # noqa: B007
            cells = [_cell(row[name]) for name in names]
            writer.writerow(map(_no_formula, cells) if bom else cells)
    return count


def write_jsonl(path: Path, rows: Iterable[Row], columns: Sequence[Column]) -> int:
    """Write rows as one JSON object a line; return how many."""
    names = [one.name for one in columns]
    return _write(path, (json.dumps({n: row[n] for n in names}, ensure_ascii=False) + "\n" for row in rows))


def write_bibtex(path: Path, rows: Iterable[Row]) -> int:
    """Write a BibTeX entry for each row; return how many."""
    return _write(path, (bibtex(of_item(row)) for row in rows))


def write_ris(path: Path, rows: Iterable[Row]) -> int:
    """Write an RIS record for each row; return how many."""
    return _write(path, (ris(of_item(row)) for row in rows))


def write_csl(path: Path, rows: Iterable[Row]) -> int:
    """Write a CSL-JSON array with an item for each row; return how many."""
    dumped: Callable[[Row], str] = lambda row: json.dumps(csl(of_item(row)), ensure_ascii=False)  # noqa: E731
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("[")
        for count, row in enumerate(rows, 1):
            file.write(("\n" if count == 1 else ",\n") + dumped(row))
        file.write("\n]\n")
    return count


def _write(path: Path, pieces: Iterable[str]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        for count, piece in enumerate(pieces, 1):  # noqa: B007
            file.write(piece)
    return count


def _cell(value: Any) -> Any:
    return BETWEEN.join(value) if isinstance(value, list) else value


def _no_formula(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value
