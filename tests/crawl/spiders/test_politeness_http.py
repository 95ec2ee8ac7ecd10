"""How polite crawls are, by the clock of the server that they ask."""

from __future__ import annotations

import fcntl
import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.crawl.spiders.trouble import PAGES, WARM_UP, Told, busy, play, robots
from tests.helpers import Result, command, environment, run, slow
from tests.newsroom import Newsroom, faults, make_stories

SLACK = 20  # seconds that a busy machine may be late; tests with a clock of their own are exact
EARLY = 0.05  # seconds that a request may come too soon: it leaves on time, but reaches the server sooner


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> dict[str, Told]:
    """The scenarios, played once for all workers of a test run."""
    base = tmp_path_factory.getbasetemp()
    path = (base if worker_id == "master" else base.parent) / "politeness.json"
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            path.write_text(json.dumps(play()))
    return {name: Told.of(one) for name, one in json.loads(path.read_text()).items()}


def undisturbed(name: str, one: Told, is_so: Callable[[Told], bool]) -> Told:
    """The scenario as it was played, or played again: a busy machine delays requests on their way."""
    for _ in range(5):
        if is_so(one):
            break
        one = Told.of(play(name)[name])
    return one


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "seconds"), [("seconds", 1), ("too many", 2), ("fast clock", 2), ("slow clock", 2)]
)
def test_retry_after_is_kept_to_in_both_forms(told: dict[str, Told], name: str, seconds: float) -> None:
    one = undisturbed(name, told[name], lambda one: seconds - EARLY <= one.gaps[1])
    assert one.statuses == [200]
    first, wait = one.gaps
    assert first < 0.05 + SLACK
    assert seconds - EARLY <= wait <= seconds + SLACK
    assert (one.cost["requests"], one.cost["retries"], one.cost["back_offs"]) == (3, 1, 1)
    assert seconds - EARLY <= one.cost["waited_s"] <= wait + SLACK


def test_nonsense_in_retry_after_leaves_the_usual_wait(told: dict[str, Told]) -> None:
    one = undisturbed("nonsense", told["nonsense"], lambda one: one.gaps[-1] >= 0.2 - EARLY)
    assert one.statuses == [200]
    assert 0.2 - EARLY <= one.gaps[-1] <= 0.3 + SLACK


def test_a_long_rest_is_not_sat_out_and_ends_all_asking(told: dict[str, Told]) -> None:
    one = told["longest"]
    assert one.ends[0] == [503, "HttpError", 86400]
    assert one.statuses[1:] == ["CircuitOpenError"] * 2
    assert "86400 s" in one.ends[1][1]
    assert len(one.log) == one.cost["requests"] == 2
    assert (one.cost["back_offs"], one.cost["waited_s"]) == (0, 0)


def test_the_next_request_waits_as_well_when_no_try_is_left(told: dict[str, Told]) -> None:
    one = undisturbed("asks at the end", told["asks at the end"], lambda one: one.gaps[-1] >= 1 - EARLY)
    assert one.ends == [[503, "HttpError", 1], [200, "", None]]
    assert 1 - EARLY <= one.gaps[-1] <= 1 + SLACK
    assert (one.cost["retries"], one.cost["back_offs"]) == (0, 1)


def test_waits_double_with_up_to_half_of_it_by_chance(told: dict[str, Told]) -> None:
    least = (0.2, 0.4, 0.8)
    one = undisturbed(
        "three times",
        told["three times"],
        lambda one: all(wait >= doubled - EARLY for wait, doubled in zip(one.gaps[1:], least, strict=True)),
    )
    assert one.statuses == [200]
    waits = one.gaps[1:]
    for wait, doubled in zip(waits, least, strict=True):
        assert doubled - EARLY <= wait <= doubled * 1.5 + SLACK
    assert one.cost["back_offs"] == one.cost["retries"] == 3
    assert one.cost["waited_s"] == pytest.approx(sum(waits), abs=SLACK)


def test_no_request_comes_before_its_turn_whatever_it_is(told: dict[str, Told]) -> None:
    """robots.txt and its retry, pages, redirects, retries; even if the back-off is shorter than the delay."""
    one = told["turns"]
    # A request that reached the server late came close before the next one.
    one = undisturbed(
        "turns", one, lambda at: min(at.gaps[1:]) >= 0.3 - EARLY or max(at.gaps[1:]) <= 0.3 + EARLY
    )
    assert one.statuses == [200, 200, 404, 200]
    robots_retried, *gaps = one.gaps
    # robots.txt, once more, page 0 and two redirects, page 1 and once more, pages 2 and 3
    assert len(gaps) == 7
    assert min(gaps) >= 0.3 - EARLY
    assert max(gaps) <= 0.3 + SLACK
    assert robots_retried >= 0.05 - EARLY  # nobody has told the delay yet
    assert one.cost["smallest_gap_s"] == pytest.approx(robots_retried, abs=1)
    assert one.cost["requests"] == len(one.log) == 9


def test_requests_come_one_by_one_and_silence_counts_as_a_failure(told: dict[str, Told]) -> None:
    one = told["silence"]
    assert one.statuses == [200, 200, 200]
    assert one.cost["retries"] == 3
    assert one.cost["back_offs"] == 3
    assert one.paths == ["/robots.txt", *(path for path in PAGES[:3] for _ in range(2))]


def test_after_three_requests_in_a_row_that_failed_no_more_go_out(told: dict[str, Told]) -> None:
    one = told["dead"]
    assert one.statuses == [500, 500, 500, *["CircuitOpenError"] * 3]
    assert one.ends[-1][1] == "3 requests in a row failed, so no more are sent"
    assert len(one.log) == one.cost["requests"] == 1 + 3 * 2


def test_requests_without_an_answer_count_as_failed(told: dict[str, Told]) -> None:
    one = told["mute"]
    assert one.statuses[2:] == [one.statuses[0], *["CircuitOpenError"] * 3]
    assert len(one.log) == one.cost["requests"] == 1 + 3


def test_damaged_pages_are_asked_for_again_after_a_wait_and_count_as_failed(told: dict[str, Told]) -> None:
    one = told["damaged"]
    assert one.statuses == [*["ResponseDataLossError"] * 3, *["CircuitOpenError"] * 3]
    assert (one.cost["requests"], one.cost["retries"], one.cost["back_offs"]) == (1 + 3 * 2, 3, 3)


def test_an_answer_in_between_begins_the_count_anew(told: dict[str, Told]) -> None:
    assert told["half dead"].statuses == [502, 502, 200, 502, 502, 200]


def test_a_page_that_is_not_there_is_an_answer_and_not_asked_for_again(told: dict[str, Told]) -> None:
    assert told["gone"].statuses == [404] * 6
    assert told["gone"].cost["requests"] == 7
    assert told["gone"].cost["retries"] == 0


def test_what_robots_txt_forbids_says_nothing_of_the_server(told: dict[str, Told]) -> None:
    one = told["forbidden"]
    assert one.statuses == [*["IgnoreRequest"] * 4, 200]
    assert one.paths == ["/robots.txt", PAGES[4]]


def test_a_robots_txt_that_comes_late_is_obeyed_like_any_other(told: dict[str, Told]) -> None:
    one = undisturbed(
        "robots late",
        told["robots late"],
        lambda one: one.gaps[0] >= 0.2 - EARLY and one.gaps[1] >= 0.4 - EARLY,
    )
    assert one.statuses == [200, 200]
    assert one.paths == ["/robots.txt"] * 3 + PAGES[:2]
    assert one.gaps[0] >= 0.2 - EARLY
    assert one.gaps[1] >= 0.4 - EARLY


def test_a_retried_request_is_not_led_to_another_site(told: dict[str, Told]) -> None:
    one = told["astray"]
    assert one.statuses == ["OffsiteError"]
    assert one.paths == ["/robots.txt", PAGES[0], PAGES[0]]


@pytest.mark.parametrize(
    ("name", "requests", "said"),
    [
        ("robots broken", 4, "status 503"),
        ("robots at night", 1, "asks to wait 86400 s"),
        ("robots astray", 1, "localhost"),
    ],
)
def test_a_broken_robots_txt_forbids_all(told: dict[str, Told], name: str, requests: int, said: str) -> None:
    one = told[name]
    assert set(one.statuses) == {"RobotsError"}
    assert all(said in end[1] for end in one.ends)
    assert one.paths == ["/robots.txt"] * requests


def test_the_receipt_counts_what_the_server_saw(told: dict[str, Told]) -> None:
    for name, one in told.items():
        assert one.cost["requests"] == len(one.log), name
        assert one.cost["bytes"] > 0, name
        if name != WARM_UP:
            assert same_gap(undisturbed(name, one, same_gap)), name


def same_gap(one: Told) -> bool:
    """Whether the receipt's smallest gap is the one that the server saw."""
    gap = one.cost["smallest_gap_s"]
    return gap is None if not one.gaps else bool(gap == pytest.approx(min(one.gaps), abs=1))


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
    process = subprocess.Popen(
        command(*crawl_arguments(newsroom)),
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 60
    while len(newsroom.log) < requests and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.4)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors.decode()
    assert time.monotonic() - began < 20  # of the 30 s
    assert len(newsroom.log) == requests
