"""References in BibTeX."""

from __future__ import annotations

from collections.abc import Iterator

from osce_news.publish.references.model import Reference

_ESCAPED = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        # With a backslash they would still count as braces, which must match.
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{letter: f"\\{letter}" for letter in "&%$#_"},
    }
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def bibtex(reference: Reference) -> str:
    """Return the reference as an entry, in UTF-8 and with TeX's own characters escaped.

    The type is @misc, which every style knows; `date` is there for biblatex, `year` and `month` for others.
    """
    fields = "".join(f"  {name} = {value},\n" for name, value in _fields(reference))
    return f"@misc{{{reference.key},\n{fields}}}\n\n"


def _fields(reference: Reference) -> Iterator[tuple[str, str]]:
    # In braces of its own each, a name is not taken apart, and a title keeps its capitals.
    yield "author", f"{{{' and '.join(f'{{{_escaped(name)}}}' for name in reference.authors)}}}"
    yield "title", f"{{{{{_escaped(reference.title)}}}}}"
    if reference.issued:
        yield "year", f"{{{reference.issued[:4]}}}"
        yield "month", _MONTHS[int(reference.issued[5:7]) - 1]
        yield "date", f"{{{reference.issued}}}"
    for name, value in (
        ("howpublished", reference.genre),
        ("publisher", reference.publisher),
        ("version", reference.version),
        ("language", reference.language),
        ("keywords", ", ".join(reference.keywords)),
        ("abstract", reference.abstract),
        ("note", reference.note),
    ):
        if value:
            yield name, f"{{{_escaped(value)}}}"
    if reference.url:  # which styles set by \url, where nothing is escaped
        yield "url", f"{{{reference.url.translate({ord('{'): '%7B', ord('}'): '%7D'})}}}"
    if reference.accessed:
        yield "urldate", f"{{{reference.accessed}}}"


def _escaped(text: str) -> str:
    return text.translate(_ESCAPED)
