"""References as a line of text."""

from __future__ import annotations

from osce_news.publish.references.model import PUBLISHER, Reference


def prose(reference: Reference) -> str:
    """Return the reference as a line, much as APA style has it.

    >>> prose(Reference("k", "A title", ("ODIHR",), "2022-03-15", "2022-04-01", "https://x.example/1"))
    'ODIHR (2022, March 15). A title. https://x.example/1 (accessed 1 April 2022)'
    """
    day = f"{_year(reference.issued)}, {_month_and_day(reference.issued)}" if reference.issued else "n.d."
    parts = [f"{_joined(reference.authors)} ({day}). {reference.title}"]
    if reference.version:
        parts.append(f" (version {reference.version})")
    if reference.genre:
        parts.append(f" [{reference.genre}]")
    parts.append(".")
    if reference.publisher not in (*reference.authors, PUBLISHER):
        parts.append(f" {reference.publisher}.")
    if reference.note:
        parts.append(f" {reference.note[0].upper()}{reference.note[1:]}.")
    if reference.url:
        parts.append(f" {reference.url}")
    if reference.accessed:
        month, number = _month_and_day(reference.accessed).split()
        parts.append(f" (accessed {number} {month} {_year(reference.accessed)})")
    return "".join(parts)


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


def _year(day: str) -> str:
    return day[:4]


def _month_and_day(day: str) -> str:
    return f"{_MONTHS[int(day[5:7]) - 1]} {int(day[8:10])}"


def _joined(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} & {names[-1]}"
