"""CSL-JSON references, which Zotero, Pandoc and citeproc read (CSL 1.0.2)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TextIO

from osce_news.publish.formats import Format, Row
from osce_news.publish.references import PUBLISHER, Reference, item_reference


def write(rows: Iterable[Row], file: TextIO) -> None:
    """Write an array with one CSL item per row and line."""
    file.write("[")
    separator = "\n"
    for row in rows:
        file.write(separator + json.dumps(item(item_reference(row)), ensure_ascii=False))
        separator = ",\n"
    file.write("\n]\n")


def item(reference: Reference) -> dict[str, Any]:
    """Return the reference as a CSL item without unknown values.

    News items are web pages with a genre: CSL has no type for press releases.
    """
    values: dict[str, Any] = {
        "id": reference.key,
        "type": "dataset" if reference.is_dataset else "webpage",
        "title": reference.title,
        "author": [{"literal": name} for name in reference.authors],
        "issued": _date(reference.issued),
        "accessed": _date(reference.accessed),
        "URL": reference.url,
        "genre": reference.genre,
        "publisher": PUBLISHER,
        "language": reference.language,
        "version": reference.version,
        "abstract": reference.abstract,
        "keyword": ", ".join(reference.keywords),
        "note": reference.note,
    }
    return {name: value for name, value in values.items() if value}


def _date(day: str | None) -> dict[str, Any] | None:
    return {"date-parts": [[int(part) for part in day.split("-")]]} if day else None


FORMAT = Format("csl-json", (".json",), write, cite=lambda reference: [item(reference)])
