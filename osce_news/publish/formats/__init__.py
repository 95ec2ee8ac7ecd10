"""The export formats: each module here that defines `FORMAT` is one."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from osce_news.errors import BadInputError
from osce_news.publish.references import Reference

Row = Mapping[str, Any]  # of the view `newsroom`, with decoded lists


@dataclass(frozen=True, slots=True)
class Format:
    """An export format. Each module of this package defines one as `FORMAT`."""

    name: str
    suffixes: tuple[str, ...]
    write: Callable[..., None]
    """Writes rows into an open file: `write(rows, file)`.

    It also gets the keywords `columns`, if `options` has "columns"; `query` and `described` (texts), if
    `options` has "query"; and `bom` and `delimiter`, if the user gave them.
    """
    options: tuple[str, ...] = ()
    """The options of `export` that make sense for this format, "datapackage" and "query" among them."""
    newest: int | None = None
    """How many items `export` writes by default, the newest; None for all."""
    binary: bool = False
    media_type: str | None = None
    list_separator: str | None = None
    """What joins lists; None if the format has lists of its own."""
    extra: tuple[str, str] | None = None
    """The extra to install and the module that it brings, if the format needs one."""
    cite: Callable[[Reference], Any] | None = None
    """Returns one reference as text, or as a value to print as JSON. Only reference formats have it."""


@cache
def formats() -> dict[str, Format]:
    """Return the formats by name: tables first, then references.

    >>> list(formats())
    ['atom', 'csv', 'jsonl', 'parquet', 'xlsx', 'bibtex', 'csl-json', 'ris']
    """
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    unsorted: list[Format] = [importlib.import_module(f"{__name__}.{name}").FORMAT for name in names]
    return {each.name: each for each in sorted(unsorted, key=lambda each: (bool(each.cite), each.name))}


def format_of(path: Path, name: str | None = None) -> Format:
    """Return the format of this name, or else with the file's suffix, before ".gz".

    Raises BadInputError that lists the suffixes.
    """
    if name:
        return formats()[name]
    file = path.name.lower().removesuffix(".gz")
    for each in formats().values():
        if file.endswith(each.suffixes):
            return each
    known = ", ".join(suffix for each in formats().values() for suffix in each.suffixes)
    raise BadInputError(f"unknown suffix of {path.name!r}: use one of {known}, or give --format")
