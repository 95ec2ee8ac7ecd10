"""References as CSL-JSON, which Zotero, Pandoc and citeproc read (CSL 1.0.2)."""

from __future__ import annotations

from typing import Any

from osce_news.publish.references.model import Reference


def csl(reference: Reference) -> dict[str, Any]:
    """Return the reference as a CSL-JSON item; what is not known is left out.

    An item is a web page with a genre: CSL has no type for press releases.
    """
    made: dict[str, Any] = {
        "id": reference.key,
        "type": "dataset" if reference.is_dataset else "webpage",
        "title": reference.title,
        "author": [{"literal": name} for name in reference.authors],
        "issued": _date(reference.issued),
        "accessed": _date(reference.accessed),
        "URL": reference.url,
        "genre": reference.genre,
        "publisher": reference.publisher,
        "language": reference.language,
        "version": reference.version,
        "abstract": reference.abstract,
        "keyword": ", ".join(reference.keywords),
        "note": reference.note,
    }
    return {name: value for name, value in made.items() if value}


def _date(day: str | None) -> dict[str, Any] | None:
    return {"date-parts": [[int(part) for part in day.split("-")]]} if day else None
