"""How many requests fundus, news-please and osce-news make for the same items, and what they read.

    python -m benchmarks.other_programs [--items 300]

All of them read the same items' pages (of 2026) from a server on this machine. The two programs are
installed from PyPI into an environment that `uv` makes for this run. They can't read a list of news, so the
server has a sitemap for them; the site is not known to have one. A text is whole if nothing is missing, and
exact if nothing else was added.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.newsroom import Newsroom, Reply, Story, make_stories
from tests.newsroom.articles import article_paragraphs
from tests.newsroom.handler import Exchange

READERS = Path(__file__).with_name("readers.py")
PACKAGES = ("fundus==0.5.7", "curl_cffi<0.12", "news-please==1.6.16")  # fundus fails with newer curl_cffi
FIELDS = ("title", "published", "whole text", "exact text", "type", "offices", "topics", "teaser", "language")
_STORED = """
    SELECT items.url, items.title, items.published, text, items.content_type_raw AS type,
        items.offices_raw AS offices, items.topics_raw AS topics, items.teaser, items.language
    FROM items LEFT JOIN articles ON item_id = items.id"""
Values = Mapping[str, Any]


def main() -> None:
    """Run all programs and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--items", type=int, default=300)
    arguments = parser.parse_args()
    if shutil.which("uv") is None:
        sys.exit("this needs `uv`, which installs fundus and news-please: https://docs.astral.sh/uv/")
    stories = make_stories(arguments.items)
    print(f"| {arguments.items} items | requests | median pause (s) | {' | '.join(FIELDS)} |")
    print("|---|--:|--:|" + "--:|" * len(FIELDS))
    for name in ("list", "list and articles", "fundus", "news-please"):
        with Newsroom(stories) as server:
            server.layout = "drupal11"
            server.fail("/sitemap.xml", lambda exchange, at=server.url: _sitemap(exchange, at, stories))  # type: ignore[misc]
            read = _with_osce_news(server.url, name) if "list" in name else _with_other(server.url, name)
            times = [entry.time for entry in server.log]
        pause = statistics.median(after - before for before, after in itertools.pairwise(times))
        cells = [_cell(field, stories, read) for field in FIELDS]
        print(f"| {name} | {len(times)} | {pause:.2f} | {' | '.join(cells)} |")


def _sitemap(exchange: Exchange, site: str, stories: Sequence[Story]) -> None:
    places = "".join(f"<url><loc>{site}{story.path}</loc></url>" for story in stories)
    body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</urlset>'
    exchange.reply(Reply(body=body.encode(), content_type="application/xml"))


def _with_osce_news(site: str, name: str) -> list[Values]:
    with tempfile.TemporaryDirectory() as folder:
        more = ["--articles"] if "articles" in name else []
        command = ["crawl", "--start-url", f"{site}/press-releases", "--delay", "0.05", *more]
        subprocess.run(
            [sys.executable, "-m", "osce_news", *command, "--db", f"{folder}/db"],
            check=True,
            capture_output=True,
        )
        with closing(sqlite3.connect(f"{folder}/db")) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(_STORED)]


def _with_other(site: str, name: str) -> list[Values]:
    packages = [word for package in PACKAGES for word in ("--with", package)]
    environment = ["uv", "run", "--quiet", "--no-project", "--python", sys.executable, *packages]
    done = subprocess.run([*environment, READERS, name, site], capture_output=True, encoding="utf-8")
    if done.returncode:
        sys.exit(f"{name} can't be run: {done.stderr.strip().splitlines()[-1]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def _cell(field: str, stories: Sequence[Story], read: Sequence[Values]) -> str:
    """Return how many of the printed values of a field are right; a dash if none is given.

    >>> story = make_stories(1)[0]
    >>> _cell("title", [story], [{"url": f"http://localhost{story.path}", "title": "Another one"}])
    '0 of 1'
    """
    by_number = {str(values["url"]).rpartition("/")[2]: values for values in read}
    pairs = [(by_number.get(str(story.node), {}).get(field.rpartition(" ")[2]), story) for story in stories]
    right = sum(_is_right(field, value, _printed(story, field)) for value, story in pairs if value)
    printed = sum(bool(_printed(story, field)) for story in stories)
    if not any(value for value, _ in pairs):
        return "–"
    return str(right) if right == printed else f"{right} of {printed}"


def _printed(story: Story, field: str) -> str:
    return {
        "title": story.title,
        "published": story.published.isoformat(),
        "type": story.content_type or "",
        "offices": ", ".join(story.offices),
        "topics": ", ".join(story.topics),
        "teaser": story.teaser,
        "language": "en",
    }.get(field, "\n".join(article_paragraphs(story)))


def _is_right(field: str, value: Any, printed: str) -> bool:
    if field == "published":
        return str(value)[:10] == printed
    got, expected = (_words(", ".join(one) if isinstance(one, list) else one) for one in (value, printed))
    return set(expected) <= set(got) if field == "whole text" else got == expected


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", re.sub(r"(?m)^(?:-|\d+\.) ", "", text))


if __name__ == "__main__":
    main()
