"""RIS references, which Zotero, EndNote, Mendeley and Citavi import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TextIO

from osce_news.publish.formats import Format, Row
from osce_news.publish.references import PUBLISHER, Reference, item_reference


def write(rows: Iterable[Row], file: TextIO) -> None:
    """Write a record for each row."""
    file.writelines(record(item_reference(row)) for row in rows)


def record(reference: Reference) -> str:
    """Return the reference as one RIS record that ends in an empty line."""
    return "".join(f"{tag}  - {value}\r\n" for tag, value in _fields(reference) if value) + "ER  - \r\n\r\n"


def _fields(reference: Reference) -> Iterator[tuple[str, str | None]]:
    yield "TY", "DATA" if reference.is_dataset else "ELEC"
    yield "ID", reference.key
    # Programs split a name at its comma into family and given name.
    yield from (("AU", name.replace(",", "")) for name in reference.authors)
    yield "TI", reference.title
    if reference.issued:
        yield "PY", reference.issued[:4]
        yield "DA", reference.issued.replace("-", "/")
    yield "PB", PUBLISHER
    yield "M3", reference.genre
    yield "UR", reference.url
    if reference.accessed:
        yield "Y2", reference.accessed.replace("-", "/")
    yield "LA", reference.language
    yield "ET", reference.version
    yield from (("KW", name) for name in reference.keywords)
    yield "AB", reference.abstract
    yield "N1", reference.note


FORMAT = Format("ris", (".ris",), write, media_type="application/x-research-info-systems", cite=record)
