"""Makes an export: which form, which file, and the descriptor beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from osce_news.atomic import beside
from osce_news.errors import BadInputError
from osce_news.publish.export import datapackage, parquet, refusals, texts
from osce_news.publish.export.rows import columns, stream
from osce_news.publish.references import of_dataset
from osce_news.storage.dictionary import Column
from osce_news.storage.queries import Filters

FORMS = {
    "csv": (".csv",),
    "jsonl": (".jsonl", ".ndjson"),
    "parquet": (".parquet", ".pq"),
    "bibtex": (".bib", ".bibtex"),
    "ris": (".ris",),
    "csl-json": (".json", ".csl.json"),
}
_TABLES = ("csv", "jsonl", "parquet")  # the others have fields of their own
_DESCRIBED = ("csv", "parquet")
_REFERENCES = {"bibtex": texts.write_bibtex, "ris": texts.write_ris, "csl-json": texts.write_csl}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to export and how; `form` None is told by the file's ending."""

    path: Path
    form: str | None = None
    columns: Sequence[str] = ()
    bom: bool = False
    by_year: bool = False
    describe: bool = True


def export(connection: sqlite3.Connection, wanted: Wanted, filters: Filters) -> int:
    """Write the items that pass the filters to the file or folder, newest first; return how many.

    Raises BadInputError for what can't be asked, StorageError if it can't be written; then the place is as
    it was.
    """
    form = wanted.form or form_of(wanted.path)
    _refuse(wanted, form)
    chosen = columns(connection, wanted.columns)
    describe, folder = wanted.describe and form in _DESCRIBED, wanted.path.parent
    if describe:
        datapackage.check(folder)
    with beside(wanted.path, folder=wanted.by_year) as part:
        written = _write(connection, wanted, form, chosen, filters, part)
        rows = sum(written.values())
        if describe:
            exported = datapackage.Exported(wanted.path.name, form, list(written), chosen, rows)
            said = datapackage.descriptor(folder, exported, of_dataset(connection))
            with beside(folder / datapackage.NAME) as other:
                other.write_text(said, encoding="utf-8")
    if not describe:
        datapackage.forget(folder, wanted.path.name)
    return rows


def form_of(path: Path) -> str:
    """Return the form that a file's ending tells. Raises BadInputError that names the endings."""
    for form, endings in FORMS.items():
        if path.name.lower().endswith(endings):
            return form
    known = ", ".join(endings[0] for endings in FORMS.values())
    raise BadInputError(f"the ending of {path.name!r} tells no form: give it one of {known}, or --format")


def _refuse(wanted: Wanted, form: str) -> None:
    """Raise BadInputError for what does not go together, before anything is written."""
    if form == "parquet":
        parquet.require()
    for given, option, forms in (
        (wanted.bom, "--bom", ("csv",)),
        (wanted.by_year, "--partition-by", ("parquet",)),
        (bool(wanted.columns), "--columns", _TABLES),
    ):
        if given and form not in forms:
            raise BadInputError(f"{option} goes with {', '.join(forms)}, not with {form}")
    if wanted.by_year:
        refusals.refuse_full_folder(wanted.path)
    else:
        refusals.refuse_taken(wanted.path)


def _write(
    connection: sqlite3.Connection,
    wanted: Wanted,
    form: str,
    chosen: Sequence[Column],
    filters: Filters,
    part: Path,
) -> dict[str, int]:
    """Write the rows to this path and return their number by file, relative to its folder."""
    rows = stream(connection, filters)
    if wanted.by_year:
        by_file = parquet.write_years(part, rows, chosen)
        return {f"{wanted.path.name}/{name}": count for name, count in by_file.items()}
    if form in _REFERENCES:
        count = _REFERENCES[form](part, rows)
    elif form == "csv":
        count = texts.write_csv(part, rows, chosen, bom=wanted.bom)
    elif form == "jsonl":
        count = texts.write_jsonl(part, rows, chosen)
    else:
        count = parquet.write_parquet(part, rows, chosen)
    return {wanted.path.name: count}
