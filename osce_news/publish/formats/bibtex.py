"""BibTeX references."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TextIO

from osce_news.normalize.dates import MONTHS
from osce_news.publish.formats import Format, Row
from osce_news.publish.references import PUBLISHER, Reference, item_reference

_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        # Escaped with a backslash they would still count as braces, and braces must match.
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{letter: f"\\{letter}" for letter in "&%$#_"},
    }
)


def write(rows: Iterable[Row], file: TextIO) -> None:
    """Write an entry for each row."""
    file.writelines(entry(item_reference(row)) for row in rows)


def entry(reference: Reference) -> str:
    """Return the reference as an entry in UTF-8, with TeX's special characters escaped.

    The type is @misc, which every style knows. biblatex reads `date`, other styles `year` and `month`.
    """
    fields = "".join(f"  {name} = {value},\n" for name, value in _fields(reference) if value)
    return f"@misc{{{reference.key},\n{fields}}}\n\n"


def _fields(reference: Reference) -> Iterator[tuple[str, str | None]]:
    # Extra braces keep names from being split and titles from being put in lower case.
    yield "author", f"{{{' and '.join(filter(None, map(_braced, reference.authors)))}}}"
    yield "title", f"{{{_braced(reference.title)}}}"
    if reference.issued:
        yield "year", f"{{{reference.issued[:4]}}}"
        yield "month", MONTHS[int(reference.issued[5:7]) - 1][0][:3].lower()
        yield "date", f"{{{reference.issued}}}"
    yield "howpublished", _braced(reference.genre)
    yield "publisher", _braced(PUBLISHER)
    yield "version", _braced(reference.version)
    yield "language", _braced(reference.language)
    yield "keywords", _braced(", ".join(reference.keywords))
    yield "abstract", _braced(reference.abstract)
    yield "note", _braced(reference.note)
    if reference.url:  # styles set it with \url, which takes characters as they are
        yield "url", f"{{{reference.url.translate({ord('{'): '%7B', ord('}'): '%7D'})}}}"
    yield "urldate", _braced(reference.accessed)


def _braced(text: str | None) -> str | None:
    return f"{{{text.translate(_ESCAPES)}}}" if text else None


FORMAT = Format("bibtex", (".bib", ".bibtex"), write, media_type="application/x-bibtex", cite=entry)
