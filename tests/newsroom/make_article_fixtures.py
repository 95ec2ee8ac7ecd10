"""Writes the article fixtures: `python -m tests.newsroom.make_article_fixtures`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.newsroom.article_cases import ArticleCase, article_cases
from tests.newsroom.site import FIXTURES

ARTICLES = FIXTURES.with_name("article")


def write(case: ArticleCase, folder: Path = ARTICLES) -> bool:
    """True if page.html or meta.json of the case were new or other than before."""
    meta = {"url": case.url, "fetched_at": case.fetched_at, "made": case.made}
    files = {
        "page.html": case.body,
        "meta.json": (json.dumps(meta, ensure_ascii=False, indent=2) + "\n").encode(),
    }
    target = folder / case.name
    target.mkdir(parents=True, exist_ok=True)
    changed = False
    for name, content in files.items():
        path = target / name
        if not path.is_file() or path.read_bytes() != content:
            path.write_bytes(content)
            changed = True
    return changed


def main() -> None:
    """Write all cases and say which of them changed."""
    cases = list(article_cases())
    changed = [case.name for case in cases if write(case)]
    print(f"{len(cases)} cases, {len(changed)} written: {', '.join(changed) or 'none'}")


if __name__ == "__main__":
    main()
