"""Writes the listing fixtures: `python -m tests.newsroom.make_fixtures`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.newsroom.cases import Case, all_cases
from tests.newsroom.site import FIXTURES


def write(case: Case, folder: Path = FIXTURES) -> bool:
    """True if page.html or meta.json of the case were new or other than before."""
    meta = {"url": case.url, "fetched_at": case.fetched_at, "made": case.made}
    files = {
        "page.html": case.html,
        "meta.json": json.dumps(meta, ensure_ascii=False, indent=2) + "\n",
    }
    target = folder / case.name
    target.mkdir(parents=True, exist_ok=True)
    changed = False
    for name, text in files.items():
        path = target / name
        if not path.is_file() or path.read_bytes() != text.encode():
            # Bytes, so that the line ends are the same on every machine.
            path.write_bytes(text.encode())
            changed = True
    return changed


def main() -> None:
    """Write all cases and say which of them changed."""
    cases = list(all_cases())
    changed = [case.name for case in cases if write(case)]
    print(f"{len(cases)} cases, {len(changed)} written: {', '.join(changed) or 'none'}")


if __name__ == "__main__":
    main()
