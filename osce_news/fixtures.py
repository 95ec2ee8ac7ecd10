"""What the fixtures are expected to give: read and rewritten, never guessed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from osce_news.errors import OsceNewsError
from osce_news.pipelines import prepare
from osce_news.reading import read_listing
from osce_news.replay import saved_pages


def observed(case: Path) -> dict[str, Any]:
    """Return what the page in a fixture folder gives now: pager and records, or the error."""
    (saved,) = saved_pages([case / "page.html"])
    try:
        page, body = saved.read()
        item = prepare(read_listing(page, body=body, fetched_at=saved.fetched_at, status=None))
    except OsceNewsError as error:
        return {"error": type(error).__name__, "message": str(error)}
    return {
        "next": page.pager.next,
        "last": page.pager.last,
        "records": [_filled(asdict(record)) for record in item.records],
        "rejected": [asdict(rejected) for rejected in item.rejected],
    }


def rewrite(paths: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    """Write expected.json in each fixture folder below the paths; yield it and whether it changed."""
    for page in sorted(page for path in paths for page in path.rglob("page.html")):
        file = page.with_name("expected.json")
        text = json.dumps(observed(page.parent), ensure_ascii=False, indent=2, sort_keys=False) + "\n"
        changed = not file.exists() or file.read_text(encoding="utf-8") != text
        if changed:
            file.write_text(text, encoding="utf-8")
        yield page.parent, changed


def _filled(record: dict[str, Any]) -> dict[str, Any]:
    """Return the record without empty fields, so that a diff shows what there is."""
    return {name: value for name, value in record.items() if value not in (None, [], ())}
