"""The test newsroom does over HTTP what the tests that use it believe it does."""

from __future__ import annotations

import http.client
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import pytest

from tests.helpers import ROOT
from tests.newsroom import Newsroom, faults, make_newer, make_stories
from tests.newsroom.cache import PageCache
from tests.newsroom.client import LIST, get
from tests.newsroom.site import BeyondEnd

ROBOTS = "User-agent: *\nDisallow:\n"


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(make_stories(23), robots=ROBOTS) as server:
        yield server


def nodes(newsroom: Newsroom) -> list[int]:
    return [story.node for story in newsroom.stories]


@pytest.mark.parametrize(("how", "status", "shown"), [("empty", 200, 0), ("last", 200, 3), ("404", 404, 0)])
def test_a_page_beyond_the_end_is_answered_as_wished(
    newsroom: Newsroom, how: BeyondEnd, status: int, shown: int
) -> None:
    newsroom.beyond_end = how
    got = get(newsroom.url, f"{LIST}?page=9")
    assert (got.status, got.nodes) == (status, nodes(newsroom)[23 - shown :])
    assert (b"no results" in got.body) == (how == "empty")


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


def test_requests_are_counted_from_the_call_also_when_they_fail(newsroom: Newsroom) -> None:
    ran: list[int] = []
    get(newsroom.url)
    newsroom.fail(LIST, faults.status(500), times=1)
    newsroom.at_request(2, lambda n: ran.append(len(n.log)))
    assert [get(newsroom.url).status for _ in range(3)] == [500, 200, 200]
    assert ran == [2]


@pytest.mark.filterwarnings("ignore")
def test_an_action_that_fails_fails_the_test(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(LookupError, match="no story 7"), Newsroom(make_stories(3)) as newsroom:  # noqa: PT012
        newsroom.at_request(1, lambda n: n.remove(7))
        with pytest.raises(http.client.RemoteDisconnected):
            get(newsroom.url)


def test_an_etag_lasts_as_long_as_the_page(newsroom: Newsroom) -> None:
    newsroom.etags = True
    first, deep = get(newsroom.url), get(newsroom.url, f"{LIST}?page=1")
    for known in (first.headers["ETag"], f'"x", W/{first.headers["ETag"]}', "*"):
        again = get(newsroom.url, If_None_Match=known)
        assert (again.status, again.body, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
        assert "Content-Length" not in again.headers
    newsroom.edit(newsroom.stories[9].node, teaser="Changed.")
    assert get(newsroom.url, If_None_Match=first.headers["ETag"]).status == 200
    assert get(newsroom.url, f"{LIST}?page=1", If_None_Match=deep.headers["ETag"]).status == 304


def test_last_modified_is_when_that_page_last_changed(newsroom: Newsroom) -> None:
    newsroom.last_modified = True
    first, deep = get(newsroom.url), get(newsroom.url, f"{LIST}?page=1")
    at = first.headers["Last-Modified"]
    assert abs(parsedate_to_datetime(at).timestamp() - time.time()) < 60
    assert get(newsroom.url).headers["Last-Modified"] == at
    again = get(newsroom.url, If_Modified_Since=at)
    assert (again.status, again.body) == (304, b"")
    newsroom.edit(newsroom.stories[4].node, teaser="Changed.")
    changed = get(newsroom.url, If_Modified_Since=at)
    assert changed.status == 200
    assert parsedate_to_datetime(changed.headers["Last-Modified"]) > parsedate_to_datetime(at)
    unmoved = get(newsroom.url, f"{LIST}?page=1", If_Modified_Since=deep.headers["Last-Modified"])
    assert unmoved.status == 304
    assert get(newsroom.url, If_Modified_Since="yesterday").status == 200


def test_an_unchanged_page_is_rendered_once_and_memory_is_bounded() -> None:
    with Newsroom(make_stories(500)) as newsroom:
        pages = [f"{LIST}?page={number}&rows=50" for number in range(10)]
        first = [get(newsroom.url, page).body for page in pages]
        assert [get(newsroom.url, page).body for page in pages] == first
        assert newsroom.rendered_pages.rendered == 10
        newsroom.edit(newsroom.stories[60].node, title="Another")
        changed = [
            page for page, body in zip(pages, first, strict=True) if get(newsroom.url, page).body != body
        ]
        assert (changed, newsroom.rendered_pages.rendered) == ([pages[1]], 11)
    cache = PageCache(most_bytes=100)
    for number in range(9):
        cache.body(number, [], 1, lambda: "x" * 40)
    assert (cache.size, cache.rendered) == (80, 9)
    for number in (7, 9, 7):  # 8 was asked for least recently, so it goes
        cache.body(number, [], 1, lambda: "y" * 40)
    assert (cache.size, cache.rendered) == (80, 10)


def test_pages_are_whole_while_the_list_is_edited(newsroom: Newsroom) -> None:
    """Each page shows the list as it was at one moment: none of its stories twice, none left out."""
    newsroom.stories = make_stories(200)
    kept = set(nodes(newsroom)[1::2])
    stop = threading.Event()

    def edit() -> None:
        moving = newsroom.stories[0::2]
        while not stop.is_set():
            for story in moving:
                newsroom.remove(story.node)
                newsroom.restore(story.node)

    editor = threading.Thread(target=edit)
    editor.start()
    try:
        for _ in range(15):
            shown = get(newsroom.url, f"{LIST}?rows=50").nodes
            assert shown == sorted(set(shown), reverse=True)
            assert len(shown) == 50
            assert len(kept.intersection(shown)) in (25, 24, 26)
    finally:
        stop.set()
        editor.join()


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
