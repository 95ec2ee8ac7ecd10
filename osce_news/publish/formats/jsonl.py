"""JSON lines: one JSON object per row and line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TextIO

from osce_news.publish.formats import Format, Row
from osce_news.storage.dictionary import Column


def write(rows: Iterable[Row], file: TextIO, *, columns: Sequence[Column]) -> None:
    """Write one line per row."""
    for row in rows:
        values = {column.name: row[column.name] for column in columns}
        file.write(json.dumps(values, ensure_ascii=False) + "\n")


FORMAT = Format("jsonl", (".jsonl", ".ndjson"), write, options=("columns",))
