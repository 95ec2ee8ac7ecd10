"""The data package descriptor next to exports (Frictionless Data Package 1): schema, licence and source."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any

from osce_news.atomic import atomic_write
from osce_news.clock import utc_now
from osce_news.errors import BadInputError
from osce_news.normalize.text import numbered
from osce_news.publish.formats import Format
from osce_news.publish.references import TITLE, Reference, citation
from osce_news.storage.dictionary import Column
from osce_news.storage.queries import Query
from osce_news.urls import HOME_URL

NAME = "datapackage.json"
_PACKAGE = "osce-newsroom"
_LICENCE = {
    "name": "other-closed",
    "title": "Titles, teasers and texts belong to the OSCE; its terms of use apply",
    "path": HOME_URL,
}
_TYPES = {"YYYY-MM-DD": "date", "UTC": "datetime"}  # all others are strings


def check(folder: Path) -> None:
    """Raise BadInputError if the folder has a descriptor that is not ours, which must not be replaced."""
    if _read(folder / NAME) is None and (folder / NAME).exists():
        raise BadInputError(
            f"{folder / NAME} is not a descriptor of osce-news: choose another folder or --no-datapackage"
        )


@dataclass(frozen=True, slots=True)
class Export:
    """An export: its format and columns, how many items it has, and the query and command that make it."""

    format: Format
    columns: Sequence[Column]
    delimiter: str | None
    items: int
    query: Query
    command: str


def describe(path: Path, files: Mapping[str, Path], export: Export, reference: Reference) -> None:
    """Write the descriptor next to an export; it also keeps earlier exports whose files still exist.

    `files` has each file by its path in the descriptor's folder, and where it is now. `reference` is to the
    items of the export.
    """
    folder = path.parent
    package = _read(folder / NAME) or {"resources": []}
    others = [
        other
        for other in package["resources"]
        if not _is_of(other, path) and all((folder / each).is_file() for each in _paths(other))
    ]
    # A name may only have lower-case letters, digits, "-", "_" and ".": `a b.csv` and `A-b.csv` get the same.
    name, taken = re.sub(r"[^a-z0-9._-]", "-", path.name.lower()), {other["name"] for other in others}
    names = chain([name], (f"{name}-{number}" for number in count(2)))
    described = {
        "name": next(one for one in names if one not in taken),
        **_resource(files, export, reference),
    }
    package = {
        "profile": "data-package",
        "name": _PACKAGE,
        "title": TITLE,
        "description": "The files of this folder. Each has its own query, citation and check sum.",
        "homepage": reference.url,
        **({"version": reference.version} if reference.version else {}),
        "licenses": [_LICENCE],
        "sources": [{"title": "OSCE newsroom", "path": reference.url}],
        "keywords": ["OSCE", "press releases"],
        "resources": [*others, described],
    }
    _write(folder / NAME, package)


def _resource(files: Mapping[str, Path], export: Export, reference: Reference) -> dict[str, Any]:
    """Return the descriptor's entry for an export, except for its name."""
    chosen, created = export.format, utc_now()
    hashes = {}
    for path, file in files.items():
        with file.open("rb") as opened:
            hashes[path] = f"sha256:{hashlib.file_digest(opened, 'sha256').hexdigest()}"
    path, *others = hashes
    sums = "its files' check sums are in `hashes`" if others else hashes[path]
    given: dict[str, list[str]] = defaultdict(list)
    for name, value in export.query.arguments():
        given[name].append(value)
    return {
        **({"path": [*hashes], "hashes": hashes} if others else {"path": path, "hash": hashes[path]}),
        "format": chosen.name,
        "encoding": "utf-8",
        **({"compression": "gz"} if path.lower().endswith(".gz") else {}),
        **({"dialect": {"delimiter": export.delimiter}} if export.delimiter else {}),
        **({"profile": "tabular-data-resource", "mediatype": chosen.media_type} if chosen.media_type else {}),
        "description": (
            f"{numbered(export.items, 'item')}. {citation(reference)} Written {created} by "
            f"`{export.command}`; {sums}."
        ),
        "schema": {
            "fields": [_field(column, chosen.list_separator) for column in export.columns],
            **({"primaryKey": "id"} if any(column.name == "id" for column in export.columns) else {}),
            "missingValues": [""],
        },
        "query": {name: values if len(values) > 1 else values[0] for name, values in given.items()},
        "command": export.command,
        "created": created,
    }


def remove(path: Path) -> None:
    """Remove this file or folder from the descriptor next to it, because its contents have changed."""
    folder = path.parent
    package = _read(folder / NAME) or {"resources": []}
    resources = package["resources"]
    others = [other for other in resources if not _is_of(other, path)]
    if resources and not others:
        (folder / NAME).unlink()  # a package must have at least one resource
    elif others != resources:
        _write(folder / NAME, {**package, "resources": others})


def _write(path: Path, package: dict[str, Any]) -> None:
    with atomic_write(path) as part:
        part.write_text(json.dumps(package, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _field(column: Column, list_separator: str | None) -> dict[str, Any]:
    description = f"{column.meaning} {column.pitfalls or ''}".rstrip()
    kind = _TYPES.get(column.form, "string")
    if column.form == "JSON array" and list_separator:
        description = f"{description} Separated by {list_separator!r}."
    elif column.form == "JSON array":
        # Not "array": frictionless refuses the lists that it reads from Parquet.
        description, kind = f"{description} A list of texts.", "any"
    return {
        "name": column.name,
        "description": description,
        "type": kind,
        **({"format": "uri"} if column.form == "URL" else {}),
        **({"constraints": {"required": True, "unique": True}} if column.name == "id" else {}),
    }


def _read(path: Path) -> dict[str, Any] | None:
    """Return our descriptor; None if there is none, or if it is of another data set or was changed."""
    try:
        package: dict[str, Any] = json.loads(path.read_bytes())
        described = {one["name"]: [Path(each) for each in _paths(one)] for one in package["resources"]}
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return package if described and package.get("name") == _PACKAGE else None


def _is_of(resource: dict[str, Any], path: Path) -> bool:
    """Whether an entry describes this file or folder; on some systems, the case of the name may differ."""
    others = {path.parent / first for each in _paths(resource) for first in Path(each).parts[:1]}
    return path in others or (path.exists() and any(each.exists() and each.samefile(path) for each in others))


def _paths(resource: dict[str, Any]) -> list[str]:
    path = resource["path"]
    return path if isinstance(path, list) else [path]
