"""The Frictionless descriptor beside an export: table schema, licence, source (Data Package 1)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from osce_news.atomic import beside
from osce_news.errors import BadInputError
from osce_news.publish.export.texts import BETWEEN
from osce_news.publish.references import Reference, prose
from osce_news.site import HOME_URL, LISTING_URL
from osce_news.storage.dictionary import Column

NAME = "datapackage.json"
_PACKAGE = "osce-newsroom"
LICENCES = [
    {
        "name": "other-closed",
        "title": "Titles, teasers and texts are the OSCE's; its terms of use hold",
        "path": HOME_URL,
    }
]


@dataclass(frozen=True, slots=True)
class Exported:
    """An export as its descriptor names it; `files` relative to the descriptor's folder."""

    name: str
    form: str
    files: Sequence[str]
    columns: Sequence[Column]
    rows: int


def check(folder: Path) -> None:
    """Raise BadInputError if the folder has a descriptor of another data set, which must stay."""
    if _read(folder / NAME) is None and (folder / NAME).exists():
        raise BadInputError(
            f"{folder / NAME} describes another data set: choose another folder, or --no-datapackage"
        )


def descriptor(folder: Path, exported: Exported, reference: Reference) -> str:
    """Return the folder's descriptor as JSON: this export, and those of before that are still there."""
    this = _resource(exported)
    others = [
        one
        for one in (_read(folder / NAME) or {}).get("resources", [])
        if one["name"] != this["name"] and all((folder / path).exists() for path in _paths(one))
    ]
    package = {
        "profile": "data-package",
        "name": _PACKAGE,
        "title": reference.title,
        "description": prose(reference),
        "homepage": reference.url,
        **({"version": reference.version} if reference.version else {}),
        "licenses": LICENCES,
        "sources": [{"title": "OSCE newsroom", "path": LISTING_URL}],
        "keywords": ["OSCE", "press releases"],
        "resources": [*others, this],
    }
    return _written(package)


def forget(folder: Path, name: str) -> None:
    """Take what is said of this file or folder out of the descriptor: it is no longer what it was."""
    package = _read(folder / NAME) or {}
    told = package.get("resources", [])
    kept = [one for one in told if name not in (path.split("/")[0] for path in _paths(one))]
    if len(kept) == len(told):
        return
    if not kept:  # a package without a resource is none
        (folder / NAME).unlink()
        return
    with beside(folder / NAME) as part:
        part.write_text(_written({**package, "resources": kept}), encoding="utf-8")


def _written(package: dict[str, Any]) -> str:
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"


def _resource(exported: Exported) -> dict[str, Any]:
    is_csv, files = exported.form == "csv", list(exported.files)
    tabular = {"profile": "tabular-data-resource", "mediatype": "text/csv"} if is_csv else {}
    fields = [_field(one, lists=not is_csv) for one in exported.columns]
    keys = {"primaryKey": "id"} if any(one.name == "id" for one in exported.columns) else {}
    return {
        # Lower case, digits, "-", "_" and "." are all that a name may have.
        "name": re.sub(r"[^a-z0-9._-]", "-", exported.name.lower()),
        "path": files if len(files) > 1 else files[0],
        "format": exported.form,
        "encoding": "utf-8",
        **tabular,
        "description": f"{exported.rows:,} items",
        "schema": {"fields": fields, **keys, "missingValues": [""]},
    }


def _field(column: Column, *, lists: bool) -> dict[str, Any]:
    says = {"name": column.name, "description": column.meaning}
    if column.pitfalls:
        says["description"] += f" {column.pitfalls}"
    if column.form == "JSON array":
        says["description"] += " A list of texts." if lists else f" Joined by {BETWEEN!r}."
        # Not "array": frictionless reads a list of Parquet as one of numpy's and refuses it.
        return {**says, "type": "any" if lists else "string"}
    types = {"YYYY-MM-DD": "date", "UTC": "datetime", "URL": "string"}
    return {
        **says,
        "type": types.get(column.form, "string"),
        **({"format": "uri"} if column.form == "URL" else {}),
        **({"constraints": {"required": True, "unique": True}} if column.name == "id" else {}),
    }


def _read(path: Path) -> dict[str, Any] | None:
    """Return a descriptor of ours; None if there is none, or another's."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and found.get("name") == _PACKAGE else None


def _paths(resource: dict[str, Any]) -> list[str]:
    path = resource["path"]
    return path if isinstance(path, list) else [path]
