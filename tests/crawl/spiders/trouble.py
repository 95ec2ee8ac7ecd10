"""Newsrooms where something goes wrong, for crawls whose politeness is looked at."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from tests.helpers import ROOT
from tests.newsroom import Newsroom, Reply, faults, make_stories

PAGES = [f"/press-releases?page={number}" for number in range(6)]


def robots(delay: float) -> str:
    return f"User-agent: *\nCrawl-delay: {delay:g}\n"


def asks_to_wait_until(seconds: int, *, clock: timedelta) -> faults.Answer:
    """A 503 whose Retry-After is a date, by a clock that is wrong by so much."""

    def answer(exchange: faults.Exchange) -> None:
        now = datetime.now(UTC) + clock
        until = format_datetime(now + timedelta(seconds=seconds), usegmt=True)
        headers = {"Date": format_datetime(now, usegmt=True), "Retry-After": until}
        exchange.reply(Reply(503, headers=headers))

    return answer


def busy(code: int = 503, after: str | None = None) -> faults.Answer:
    return faults.status(code, {"Retry-After": after} if after else {})


def elsewhere(newsroom: Newsroom, path: str) -> str:
    return newsroom.url.replace("127.0.0.1", "localhost") + path


@dataclass
class Asked:
    """Addresses that are asked for one after another, of a newsroom where something goes wrong."""

    setup: Callable[[Newsroom], object]
    paths: list[str] = field(default_factory=lambda: PAGES[:1])
    delay: float = 0.05
    settings: dict[str, Any] = field(default_factory=dict)


WARM_UP = "warm up"  # the first request of a process is late: much is imported for it
SCENARIOS = {
    WARM_UP: Asked(lambda n: None),
    "seconds": Asked(lambda n: n.fail(PAGES[0], busy(503, "1"), times=1)),
    "too many": Asked(lambda n: n.fail(PAGES[0], busy(429, "2"), times=1)),
    "fast clock": Asked(lambda n: n.fail(PAGES[0], asks_to_wait_until(1, clock=timedelta(hours=1)), times=1)),
    "slow clock": Asked(
        lambda n: n.fail(PAGES[0], asks_to_wait_until(1, clock=timedelta(hours=-1)), times=1)
    ),
    "nonsense": Asked(lambda n: n.fail(PAGES[0], busy(503, "next week"), times=1)),
    "longest": Asked(lambda n: n.fail(PAGES[0], busy(503, "86400")), PAGES[:3]),
    "asks at the end": Asked(
        lambda n: n.fail(PAGES[0], busy(503, "1")), PAGES[:2], settings={"RETRY_TIMES": 0}
    ),
    "three times": Asked(lambda n: n.fail(PAGES[0], busy(), times=3), delay=0.1),
    "turns": Asked(
        lambda n: (
            n.fail("/robots.txt", faults.reset(0), times=1),
            n.fail(PAGES[0], faults.redirect_loop(), times=2),
            n.fail(PAGES[1], faults.reset(), times=1),
            n.fail(PAGES[2], faults.status(404)),
        ),
        PAGES[:4],
        delay=0.3,
        settings={"BACK_OFF_MAX": 0.05},
    ),
    "silence": Asked(
        lambda n: (
            n.fail(PAGES[0], faults.stall(), times=1),
            n.fail(PAGES[1], faults.cut(), times=1),
            n.fail(PAGES[2], faults.reset(0), times=1),
        ),
        PAGES[:3],
        settings={"DOWNLOAD_TIMEOUT": 0.4},
    ),
    "dead": Asked(lambda n: n.fail(faults.listing, busy(500)), PAGES, settings={"RETRY_TIMES": 1}),
    "half dead": Asked(
        lambda n: [n.fail(PAGES[number], busy(502)) for number in (0, 1, 3, 4)],
        PAGES,
        settings={"RETRY_TIMES": 0},
    ),
    "mute": Asked(lambda n: n.fail(faults.listing, faults.reset(0)), PAGES, settings={"RETRY_TIMES": 0}),
    "damaged": Asked(
        lambda n: n.fail(faults.listing, faults.wrong_checksum()), PAGES, settings={"RETRY_TIMES": 1}
    ),
    "gone": Asked(lambda n: n.fail(faults.listing, faults.status(404)), PAGES),
    "forbidden": Asked(
        lambda n: setattr(
            n, "robots", "User-agent: *\n" + "".join(f"Disallow: {path}\n" for path in PAGES[:4])
        ),
        PAGES[:5],
    ),
    "astray": Asked(
        lambda n: (
            n.fail(PAGES[0], faults.redirect(elsewhere(n, PAGES[1]))),
            n.fail(PAGES[0], busy(), times=1),
        )
    ),
    "robots astray": Asked(lambda n: n.fail("/robots.txt", faults.redirect(elsewhere(n, "/robots.txt")))),
    "robots late": Asked(lambda n: n.fail("/robots.txt", busy(), times=2), PAGES[:2]),
    "robots broken": Asked(lambda n: n.fail("/robots.txt", busy()), PAGES[:2]),
    "robots at night": Asked(lambda n: n.fail("/robots.txt", busy(503, "86400")), PAGES[:2]),
}


@dataclass
class Told:
    """What became of a scenario: how each address ended, what it cost, what the server saw when."""

    ends: list[list[Any]]
    cost: dict[str, Any]
    log: list[tuple[float, str]]

    @classmethod
    def of(cls, played: dict[str, Any]) -> Told:
        """Return what `play` gives for a scenario."""
        return cls(played["ends"], played["cost"], [(time, asked) for time, asked in played["log"]])

    @property
    def paths(self) -> list[str]:
        """What was asked for, in the order in which it came."""
        return [path for _, path in sorted(self.log)]

    @property
    def gaps(self) -> list[float]:
        """Seconds between the requests, in the order in which they came."""
        times = sorted(time for time, _ in self.log)
        return [later - earlier for earlier, later in itertools.pairwise(times)]

    @property
    def statuses(self) -> list[int | str]:
        return [end[0] for end in self.ends]


def play(*names: str) -> dict[str, dict[str, Any]]:
    """These scenarios, or all, played at a time in one process; what a `Told` is made of."""
    with ExitStack() as stack:
        newsrooms, orders = {}, {}
        for name in (WARM_UP, *names) if names else SCENARIOS:
            asked = SCENARIOS[name]
            newsroom = stack.enter_context(Newsroom(make_stories(60), robots=robots(asked.delay)))
            asked.setup(newsroom)
            newsrooms[name] = newsroom
            urls = [newsroom.url + path for path in asked.paths]
            orders[name] = {"urls": urls, "settings": asked.settings}
        done = subprocess.run(
            [sys.executable, "-m", "tests.crawl.spiders.asking"],
            input=json.dumps(orders),
            capture_output=True,
            text=True,
            timeout=60,
            cwd=ROOT,
        )
        assert done.returncode == 0, done.stderr
        logs = {name: [(entry.time, entry.path) for entry in one.log] for name, one in newsrooms.items()}
    return {name: {**end, "log": logs[name]} for name, end in json.loads(done.stdout).items()}
