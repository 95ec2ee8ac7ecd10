"""The test newsroom does over HTTP what the tests that use it believe it does."""

from __future__ import annotations

import http.client
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.helpers import ROOT
from tests.newsroom import Newsroom, faults, make_newer, make_stories
from tests.newsroom.client import LIST, get

ROBOTS = "User-agent: *\nDisallow:\n"


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(make_stories(23), robots=ROBOTS) as server:
        yield server


def nodes(newsroom: Newsroom) -> list[int]:
    return [story.node for story in newsroom.stories]


def test_the_list_moves_between_two_requests(newsroom: Newsroom) -> None:
    """What an action does is seen by the very request that it comes before, faults too."""
    whole = nodes(newsroom)
    (new,) = make_newer(newsroom.stories, 1)
    newsroom.at_request(2, lambda n: n.publish(new))
    newsroom.before(faults.page(2), lambda n: n.fail(faults.page(2), faults.status(503), times=1))
    get(newsroom.url, "/robots.txt")
    assert get(newsroom.url).nodes == whole[:10]
    assert get(newsroom.url, f"{LIST}?page=1").nodes == whole[9:19]
    assert get(newsroom.url, f"{LIST}?page=2").status == 503
    assert get(newsroom.url, f"{LIST}?page=2").nodes == whole[19:]


@pytest.mark.filterwarnings("ignore")
def test_an_action_that_fails_fails_the_test(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(LookupError, match="no story 7"), Newsroom(make_stories(3)) as newsroom:  # noqa: PT012
        newsroom.at_request(1, lambda n: n.remove(7))
        with pytest.raises(http.client.RemoteDisconnected):
            get(newsroom.url)


def test_it_can_be_served_by_hand_with_the_command_that_crawls_it() -> None:
    serve = [sys.executable, "-m", "tests.newsroom", "--items", "3"]
    with subprocess.Popen(serve, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            command = process.stdout.readline().split()
            assert command[:2] == ["osce-news", "crawl"]
            page = get(command[-1].removesuffix(LIST), LIST)
            assert page.status == 200
            assert process.stdout.readline() == f"200 {LIST}\n"
        finally:
            process.kill()


def test_served_by_hand_the_list_changes_as_days_pass() -> None:
    serve = [sys.executable, "-m", "tests.newsroom", "--day", "0.1"]
    with subprocess.Popen(serve, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            url = process.stdout.readline().split()[-1].removesuffix(LIST)
            kind, node = process.stdout.readline().split()
            assert kind == "new"
            assert int(node) in get(url, LIST).nodes
        finally:
            process.kill()
