"""Items that have moved to another host of the site, as www.osce.org/odihr/17772 to odihr.osce.org."""

from __future__ import annotations

from pathlib import Path

from tests.crawl.over_http.crawling import ROBOTS, rows
from tests.newsroom import Newsroom, faults, make_stories
from tests.processes import Command

RESOLVER = '''
from scrapy.resolver import CachingThreadedResolver


class LoopbackResolver(CachingThreadedResolver):
    """Finds every host on this machine."""

    def getHostByName(self, name, timeout=None):
        return super().getHostByName("127.0.0.1", timeout)
'''


def test_an_article_behind_a_redirect_to_another_host_of_the_site_is_read(tmp_path: Path) -> None:
    (tmp_path / "loopback.py").write_text(RESOLVER, encoding="utf-8")
    stories = make_stories(5)
    with Newsroom(stories, robots=ROBOTS) as newsroom:
        newsroom.layout = "drupal11"
        port = newsroom.url.rpartition(":")[2]
        for story in stories:
            there = f"http://odihr.news.test:{port}{story.path}"
            newsroom.fail(story.path, faults.redirect(there, 301), times=1)
        start = f"start_url=http://www.news.test:{port}/press-releases"
        arguments = [start, "delay=0", "articles=1", f"db={tmp_path / 'osce.db'}"]
        options = [part for argument in arguments for part in ("-a", argument)]
        options += ["-s", "TWISTED_DNS_RESOLVER=loopback.LoopbackResolver"]
        with Command(["crawl", "newsroom", *options], tmp_path, program="scrapy") as command:
            done = command.wait()
        paths = newsroom.paths
    read = rows(tmp_path / "osce.db", "SELECT layout, count(text) FROM articles GROUP BY 1")
    assert read == [("drupal11", 5)], done.errors
    assert paths.count("/robots.txt") == 2, "each host has rules of its own"
    (urls,) = rows(tmp_path / "osce.db", "SELECT min(url) FROM articles")
    assert urls[0].startswith(f"http://odihr.news.test:{port}/")
