"""Crawls that are killed at random moments until one comes to its end, and what is stored then."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from osce_news.storage.integrity import problems
from tests.crawl.over_http.crawling import content, crawl, rows, start, until
from tests.newsroom import Newsroom, make_newer, make_stories

ROBOTS = "User-agent: *\nCrawl-delay: 0.01\n"
STORIES = 150  # so 22 pages
NEWS = 60  # so 9 pages
START_UP_S, PAGE_S = 0.4, 0.05  # how long a command takes to begin, and a page to be stored, and more

# A page is stored with its items and with what the run counts, or not at all.
_WHOLE_PAGES = {
    "SELECT (SELECT count(*) FROM items) = (SELECT coalesce(sum(new), 0) FROM pages)": "items of no page",
    "SELECT (SELECT coalesce(sum(pages), 0) FROM runs) = (SELECT count(*) FROM pages)": "pages of no run",
    "SELECT (SELECT coalesce(sum(new), 0) FROM runs) = (SELECT coalesce(sum(new), 0) FROM pages)": (
        "items that no run counts"
    ),
}


@dataclass
class Chain:
    """Crawls of one list into one database, killed one after another."""

    kind: str
    kills: int = 0
    broken: list[str] = field(default_factory=list)
    """What was wrong with the database after a kill, or differs from that of undisturbed crawls."""


def kill_until_the_end(folder: Path, seed: int, most_kills: int) -> Chain:
    """Crawl and kill so often at most, crawl to the end, and compare.

    An odd seed is a full crawl of an empty database, an even one an incremental crawl of much news.
    """
    rng = Random(seed)
    chain = Chain("full" if seed % 2 else "incremental")
    db, undisturbed = folder / f"{seed}.db", folder / f"{seed}-undisturbed.db"
    with Newsroom(make_stories(STORIES if seed % 2 else NEWS), robots=ROBOTS) as newsroom:
        if chain.kind == "incremental":
            for path in (db, undisturbed):
                crawl(newsroom, path)
            change(newsroom)
        crawl(newsroom, undisturbed)
        status = -signal.SIGKILL.value
        while status == -signal.SIGKILL and chain.kills < most_kills:
            status = kill(newsroom, db, rng)
            chain.kills += status == -signal.SIGKILL
            chain.broken += faults_of(db)
        done = crawl(newsroom, db)
    if (status not in (0, -signal.SIGKILL)) or done.status != 0:
        chain.broken.append(f"seed {seed}: {status}, then {done.status}: {done.errors[-300:]}")
    if content(db) != content(undisturbed):
        chain.broken.append(f"seed {seed}: another content than that of an undisturbed crawl")
    return chain


def change(newsroom: Newsroom) -> None:
    """Publish much, and edit what stands below it."""
    for story in newsroom.stories[2:9:3]:
        newsroom.edit(story.node, title=f"{story.title} (corrected)", topics=("Elections",))
    newsroom.publish(*make_newer(newsroom.stories, NEWS))


def kill(newsroom: Newsroom, db: Path, rng: Random) -> int:
    """Crawl, kill at a random moment: as it begins, or about a page; return the exit status."""
    requests = rng.randint(0, 8)
    answered = len(newsroom.log) + requests
    with start(newsroom, db) as command:
        until(lambda: len(newsroom.log) >= answered or not command.is_running)
        time.sleep(rng.random() * (PAGE_S if requests else START_UP_S))
        command.send(signal.SIGKILL)
        return command.wait().status


def faults_of(db: Path) -> list[str]:
    """Return what `osce-news verify` would find in the database, and what is not of one piece.

    Nothing if there is no database yet.
    """
    if not db.exists() or not db.stat().st_size:
        return []
    found = problems(db)
    found += [text for sql, text in _WHOLE_PAGES.items() if rows(db, sql) != [(1,)]]
    return [f"{db.name}: {problem}" for problem in found]


def kill_often(folder: Path, kills: int, seed: int, each: int = 7) -> list[Chain]:
    """Kill so many crawls at least, some in a row before one comes to its end; return the rows."""
    chains: list[Chain] = []
    while (left := kills - sum(chain.kills for chain in chains)) > 0:
        chains.append(kill_until_the_end(folder, seed + len(chains), min(each, left)))
    return chains
