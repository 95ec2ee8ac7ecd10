"""How polite crawls are: what a server that is in trouble is asked, and how soon."""

from __future__ import annotations

import itertools
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from tests.crawl.over_http.crawling import until
from tests.helpers import ROOT, Result, run, slow
from tests.newsroom import Newsroom, Reply, faults, make_stories
from tests.processes import Command

PAGES = [f"/press-releases?page={number}" for number in range(6)]


def robots(delay: float) -> str:
    return f"User-agent: *\nCrawl-delay: {delay:g}\n"


def busy(code: int = 503, after: str | None = None) -> faults.Answer:
    return faults.status(code, {"Retry-After": after} if after else {})


def asks_to_wait_until(seconds: int, *, clock: timedelta) -> faults.Answer:
    """A 503 whose Retry-After is a date, by a clock that is wrong by so much."""

    def answer(exchange: faults.Exchange) -> None:
        now = datetime.now(UTC) + clock
        until = format_datetime(now + timedelta(seconds=seconds), usegmt=True)
        headers = {"Date": format_datetime(now, usegmt=True), "Retry-After": until}
        exchange.reply(Reply(503, headers=headers))

    return answer


def elsewhere(newsroom: Newsroom, path: str) -> str:
    return newsroom.url.replace("127.0.0.1", "localhost") + path


@dataclass
class Scenario:
    """Pages that are requested one after another although something goes wrong, and what comes of it."""

    setup: Callable[[Newsroom], object]
    ends: list[int | str]
    """The status of each page, or the name of its error."""
    requests: str
    """What the server got: `r` is robots.txt, a digit the page of that number."""
    pages: str = "0"
    delay: float = 0.05
    settings: dict[str, Any] = field(default_factory=dict)
    gaps: tuple[float, ...] = ()
    """At least so many seconds are between two requests, from the first on."""
    retries: int = 0
    back_offs: int | None = None
    """How often a wait may have been longer than the delay, by the receipt; less if the machine is late."""
    retry_after: float | None = None
    """What the first page's last response asked for."""
    says: str = ""
    """A part of the error of the last page."""


OPEN = "CircuitOpenError"  # no request was made
CLOCKS = [timedelta(hours=1), timedelta(hours=-1)]
SCENARIOS = {
    "Retry-After in seconds": Scenario(
        lambda n: n.fail(PAGES[0], busy(503, "1"), times=1),
        [200], "r00", gaps=(0.05, 1), retries=1, back_offs=1,
    ),
    "too many requests": Scenario(
        lambda n: n.fail(PAGES[0], busy(429, "2"), times=1),
        [200], "r00", gaps=(0.05, 2), retries=1, back_offs=1,
    ),
    **{
        f"Retry-After by a clock that is wrong by {clock}": Scenario(
            lambda n, clock=clock: n.fail(PAGES[0], asks_to_wait_until(1, clock=clock), times=1),  # type: ignore[misc]
            [200], "r00", gaps=(0.05, 2), retries=1, back_offs=1,
        )
        for clock in CLOCKS
    },
    "nonsense in Retry-After leaves the usual wait": Scenario(
        lambda n: n.fail(PAGES[0], busy(503, "next week"), times=1), [200], "r00", gaps=(0.05, 0.2), retries=1
    ),
    "a long Retry-After is not waited for, and ends all requests": Scenario(
        lambda n: n.fail(PAGES[0], busy(503, "86400")), [503, OPEN, OPEN], "r0", "012",
        back_offs=0, retry_after=86400, says="86400 s",
    ),
    "the next request waits as well when no try is left": Scenario(
        lambda n: n.fail(PAGES[0], busy(503, "1")), [503, 200], "r01", "01", settings={"RETRY_TIMES": 0},
        gaps=(0.05, 1), back_offs=1, retry_after=1,
    ),
    "waits double": Scenario(
        lambda n: n.fail(PAGES[0], busy(), times=3),
        [200], "r0000", delay=0.1, gaps=(0.1, 0.2, 0.4, 0.8), retries=3,
    ),
    "every request waits for its turn, although the back-off is shorter than the delay": Scenario(
        lambda n: (
            n.fail("/robots.txt", faults.reset(0), times=1),
            n.fail(PAGES[0], faults.redirect_loop(), times=2),
            n.fail(PAGES[1], faults.reset(), times=1),
            n.fail(PAGES[2], faults.status(404)),
        ),
        [200, 200, 404, 200], "rr0001123", "0123", delay=0.3, settings={"BACK_OFF_MAX": 0.2},
        gaps=(0.05, *[0.3] * 7),  # before robots.txt nobody has told the delay
        retries=2,
    ),
    "requests come one by one, and silence is a failure": Scenario(
        lambda n: (
            n.fail(PAGES[0], faults.stall(), times=1),
            n.fail(PAGES[1], faults.cut(), times=1),
            n.fail(PAGES[2], faults.reset(0), times=1),
        ),
        [200, 200, 200], "r001122", "012", settings={"DOWNLOAD_TIMEOUT": 3}, retries=3,
    ),
    "after three requests in a row that failed no more go out": Scenario(
        lambda n: n.fail(faults.listing, busy(500)), [500, 500, 500, OPEN, OPEN, OPEN], "r001122", "012345",
        settings={"RETRY_TIMES": 1}, retries=3, says="3 requests in a row failed, so no more are sent",
    ),
    "requests without a response are failures": Scenario(
        lambda n: n.fail(faults.listing, faults.reset(0)),
        [*["ResponseDataLossError"] * 3, OPEN, OPEN, OPEN], "r012", "012345", settings={"RETRY_TIMES": 0},
    ),
    "damaged pages are failures": Scenario(
        lambda n: n.fail(faults.listing, faults.wrong_checksum()),
        [*["ResponseDataLossError"] * 3, OPEN, OPEN, OPEN], "r001122", "012345",
        settings={"RETRY_TIMES": 1}, gaps=(0.05, 0.2, 0.05, 0.2, 0.05, 0.2), retries=3,
    ),
    "a response in between resets the count": Scenario(
        lambda n: [n.fail(PAGES[number], busy(502)) for number in (0, 1, 3, 4)],
        [502, 502, 200, 502, 502, 200], "r012345", "012345", settings={"RETRY_TIMES": 0},
    ),
    "a page that is not there is a response": Scenario(
        lambda n: n.fail(faults.listing, faults.status(404)), [404] * 6, "r012345", "012345"
    ),
    "what robots.txt forbids says nothing of the server": Scenario(
        lambda n: setattr(n, "robots", "User-agent: *\nDisallow: " + "\nDisallow: ".join(PAGES[:4])),
        [*["IgnoreRequest"] * 4, 200], "r4", "01234",
    ),
    "a retried request is not led to another site": Scenario(
        lambda n: (
            n.fail(PAGES[0], faults.redirect(elsewhere(n, PAGES[1]))),
            n.fail(PAGES[0], busy(), times=1),
        ),
        ["OffsiteError"], "r00", retries=1,
    ),
    "a robots.txt that comes late is obeyed": Scenario(
        lambda n: n.fail("/robots.txt", busy(), times=2),
        [200, 200], "rrr01", "01", gaps=(0.2, 0.4), retries=2,
    ),
    "a broken robots.txt forbids all": Scenario(
        lambda n: n.fail("/robots.txt", busy()),
        ["RobotsError"] * 2, "rrrr", "01", retries=3, says="status 503",
    ),
    "a robots.txt that asks for a long rest forbids all": Scenario(
        lambda n: n.fail("/robots.txt", busy(503, "86400")), ["RobotsError"] * 2, "r", "01",
        says="asks to wait 86400 s",
    ),
    "a robots.txt on another site forbids all": Scenario(
        lambda n: n.fail("/robots.txt", faults.redirect(elsewhere(n, "/robots.txt"))), ["RobotsError"], "r",
        says="localhost",
    ),
}  # fmt: skip


def test_each_scenario_ends_as_it_says() -> None:
    """All at once, in one process, which says when a request left, so that no load can change that."""
    with ExitStack() as stack:
        newsrooms, orders = {}, {}
        for name, scenario in SCENARIOS.items():
            site = stack.enter_context(Newsroom(make_stories(60), robots=robots(scenario.delay)))
            scenario.setup(site)
            newsrooms[name] = site
            urls = [site.url + PAGES[int(number)] for number in scenario.pages]
            orders[name] = {"urls": urls, "settings": scenario.settings}
        done = subprocess.run(
            [sys.executable, "-m", "tests.crawl.over_http.asking"],
            input=json.dumps(orders),
            capture_output=True,
            text=True,
            timeout=120,
            cwd=ROOT,
        )
        assert done.returncode == 0, done.stderr
    back_offs = 0
    for name, (ends, receipt, departures) in json.loads(done.stdout).items():
        expected = SCENARIOS[name]
        assert [end[0] for end in ends] == expected.ends, name
        log = sorted(newsrooms[name].log)
        requests = "".join("r" if entry.path == "/robots.txt" else entry.path[-1] for entry in log)
        assert requests == expected.requests, name
        gaps = [later - earlier for earlier, later in itertools.pairwise(departures)]
        assert len(gaps) == len(requests) - 1, name
        for gap, least in zip(gaps, expected.gaps, strict=False):
            assert gap >= least - 0.001, name
        assert receipt["smallest_gap_s"] == (pytest.approx(min(gaps), abs=0.001) if gaps else None), name
        assert (receipt["requests"], receipt["retries"]) == (len(requests), expected.retries), name
        assert expected.back_offs is None or receipt["back_offs"] <= expected.back_offs, name
        back_offs += receipt["back_offs"]
        assert (receipt["bytes"] > 0, bool(receipt["waited_s"])) == (True, bool(receipt["back_offs"])), name
        assert ends[0][2] == expected.retry_after, name
        assert expected.says in ends[-1][1], name
    assert back_offs


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(make_stories(130), robots=robots(0.05)) as server:
        yield server


def crawl_arguments(newsroom: Newsroom) -> list[str]:
    return ["crawl", "--start-url", f"{newsroom.url}/press-releases", "--delay", "0", "--db", "a.db"]


def crawl(newsroom: Newsroom, folder: Path) -> Result:
    return run(*crawl_arguments(newsroom), cwd=folder)


def test_a_crawl_delay_that_no_crawl_can_keep_to_is_a_refusal(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.robots = robots(86_400)
    done = crawl(newsroom, tmp_path)
    assert done.status == 6
    assert "a crawl-delay of 86400 s" in done.errors[-1]
    assert newsroom.paths == ["/robots.txt"]


@pytest.mark.parametrize("rule", ["Disallow: /", *slow("Disallow: /private")])
def test_of_a_huge_robots_txt_the_beginning_is_obeyed(newsroom: Newsroom, tmp_path: Path, rule: str) -> None:
    newsroom.robots = f"User-agent: *\n{rule}\n" + "# nothing\n" * 1_000_000
    done = run(*crawl_arguments(newsroom), "--archive", "archive", cwd=tmp_path)
    assert done.status == (0 if rule == "Disallow: /private" else 6), done.errors
    replayed = run("replay", "archive", "--db", "replayed.db", cwd=tmp_path)
    assert replayed.status == 0, replayed.errors


WAITS: dict[str, Callable[[Newsroom], object]] = {
    "a back-off": lambda n: n.fail(faults.page(1), busy(503, "30")),
    "robots.txt": lambda n: n.fail("/robots.txt", busy(503, "30")),
    "its turn": lambda n: setattr(n, "robots", robots(30)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", WAITS)
def test_a_crawl_that_waits_is_interrupted_at_once(newsroom: Newsroom, tmp_path: Path, name: str) -> None:
    WAITS[name](newsroom)
    requests = 3 if name == "a back-off" else 1
    with Command(crawl_arguments(newsroom), tmp_path) as crawl:
        until(lambda: len(newsroom.log) == requests)
        time.sleep(0.4)
        crawl.send(signal.SIGINT)
        began = time.monotonic()
        done = crawl.wait()
    assert done.status == 130, done.errors
    assert time.monotonic() - began < 20  # of the 30 s
    assert len(newsroom.log) == requests
