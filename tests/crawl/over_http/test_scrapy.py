"""What Scrapy's documentation promises of items, pipelines, feeds and commands holds for this project."""

from __future__ import annotations

import csv
import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest
from scrapy.settings import Settings

from osce_news.crawl import settings
from osce_news.crawl.spiders.newsroom import NewsroomSpider
from tests.crawl.over_http.crawling import ROBOTS, rows
from tests.helpers import ROOT, slow
from tests.newsroom import Newsroom, make_stories
from tests.processes import Command

STORIES = 130
DOCUMENTATION = (ROOT / "docs" / "crawling.md").read_text(encoding="utf-8")
(DOCUMENTED_PIPELINE,) = re.findall(r"^```python\n(.*?)^```", DOCUMENTATION, re.DOTALL | re.MULTILINE)
DOCUMENTED = re.findall(r"^\$ scrapy (\w+) (.*)$", DOCUMENTATION, re.MULTILINE)
STORAGE = "osce_news.crawl.pipelines.StoragePipeline"
PIPELINES = '''
import copy

from itemadapter import ItemAdapter
from scrapy.exceptions import DropItem


class CountPipeline:
    """Writes the title of each record into a file."""

    def process_item(self, item):
        with open("titles.txt", "a", encoding="utf-8") as file:
            print(ItemAdapter(item)["title"], ItemAdapter(item)["published"], file=file)
        return item


class DropPipeline:
    """Drops each third record."""

    number = 0

    def process_item(self, item):
        self.number += 1
        if self.number % 3 == 0:
            raise DropItem(f"number {self.number} is not wanted")
        return item


class DictPipeline:
    """Hands on dictionaries, with another title."""

    def process_item(self, item):
        title = f"My {ItemAdapter(item)['title']}"
        return {**ItemAdapter(item).asdict(), "title_raw": title, "title": title}


class BrokenPipeline:
    def process_item(self, item):
        raise ZeroDivisionError("a mistake")


class BarePipeline:
    """Hands on less than a record."""

    def process_item(self, item):
        return {"title": ItemAdapter(item)["title_raw"]}


class BreakPipeline:
    """Fails at the third record, once."""

    number = 0

    def process_item(self, item):
        self.number += 1
        if self.number == 3:
            raise ZeroDivisionError("a mistake")
        return item


class CopyMiddleware:
    """Replaces each record with a copy."""

    async def process_spider_output(self, response, result):
        async for one in result:
            yield copy.copy(one)


class ThirdMiddleware:
    """Drops the third record of each page."""

    async def process_spider_output(self, response, result):
        number = 0
        async for one in result:
            number += 1
            if number != 3:
                yield one
'''


@pytest.fixture(scope="module")
def site() -> Iterator[Newsroom]:
    with Newsroom(make_stories(STORIES), robots=ROBOTS) as server:
        yield server


def scrapy(
    site: Newsroom,
    folder: Path,
    *arguments: str,
    command: str = "crawl",
    spider: str = "newsroom",
    status: int = 0,
    before: str = "",
) -> str:
    """Run Scrapy's command line in the folder, with pipelines of one's own; return what it logged."""
    (folder / "mine.py").write_text(PIPELINES + DOCUMENTED_PIPELINE, encoding="utf-8")
    listing = f"{site.url}/press-releases"
    options = ["-a", f"start_url={listing}", "-a", "db=a.db", "-a", "delay=0"]
    target = [spider] if command == "crawl" else [listing, "--spider", spider]
    with Command([command, *target, *options, *arguments], folder, before=before, program="scrapy") as forked:
        done = forked.result()
    assert done.status == status, done.errors
    return done.output + done.errors


def pages_requested(site: Newsroom, before: int) -> list[str]:
    return [entry.path for entry in site.log[before:] if "press-releases" in entry.path]


def test_an_additional_pipeline_sees_each_record_normalised(site: Newsroom, tmp_path: Path) -> None:
    before = len(site.log)
    log = scrapy(site, tmp_path, "-s", 'ITEM_PIPELINES={"mine.CountPipeline": 500}')
    titles = (tmp_path / "titles.txt").read_text(encoding="utf-8").splitlines()
    requested = pages_requested(site, before)
    assert len(requested) == len(set(requested)) == 3
    assert len(set(titles)) == STORIES
    assert all(title[-10:-6].isdigit() for title in titles)
    assert f"'item_scraped_count': {STORIES}" in log
    assert rows(tmp_path / "a.db", "SELECT count(*) FROM items") == [(STORIES,)]


def test_a_dropped_record_is_quarantined_with_the_reason(site: Newsroom, tmp_path: Path) -> None:
    scrapy(site, tmp_path, "-a", "max_pages=1", "-s", 'ITEM_PIPELINES={"mine.DropPipeline": 500}')
    db = tmp_path / "a.db"
    assert rows(db, "SELECT count(*) FROM items") == [(34,)]
    quarantined = rows(db, "SELECT reason, raw ->> 'title_raw' FROM quarantine ORDER BY id")
    assert len(quarantined) == 16
    assert quarantined[0][0] == "number 3 is not wanted"
    assert quarantined[0][1]
    assert rows(db, "SELECT runs.status, quarantined, results FROM runs, pages") == [("complete", 16, 50)]


def test_a_dropped_article_is_not_stored_and_requested_again(site: Newsroom, tmp_path: Path) -> None:
    drop = ("-s", 'ITEM_PIPELINES={"mine.DropPipeline": 500}')
    archive = ("-a", "archive=archive")
    scrapy(site, tmp_path, "-a", "max_pages=1", *archive)
    scrapy(site, tmp_path, "-a", "max_articles=3", *archive, *drop, spider="articles", status=4)
    statuses = "SELECT status, reason FROM articles ORDER BY fetched_at, rowid"
    reason = "an item pipeline dropped it: number 3 is not wanted"
    assert rows(tmp_path / "a.db", statuses) == [("read", None)] * 2 + [("failed", reason)]
    assert rows(tmp_path / "a.db", "SELECT count(*) FROM articles WHERE text IS NOT NULL") == [(2,)]
    with Command(["replay", "archive", "--db", "b.db"], tmp_path) as replay:
        assert replay.result().status == 0
    assert rows(tmp_path / "b.db", statuses) == rows(tmp_path / "a.db", statuses)
    scrapy(site, tmp_path, spider="articles")
    assert rows(tmp_path / "a.db", "SELECT count(*) FROM articles WHERE status <> 'read'") == [(0,)]


@pytest.mark.slow
def test_records_may_be_made_dictionaries_on_their_way(site: Newsroom, tmp_path: Path) -> None:
    scrapy(site, tmp_path, "-a", "max_pages=1", "-s", 'ITEM_PIPELINES={"mine.DictPipeline": 500}')
    assert rows(tmp_path / "a.db", "SELECT count(*), sum(title LIKE 'My %') FROM items") == [(50, 50)]


@pytest.mark.parametrize(
    ("pipeline", "said"),
    [
        ('"mine.BrokenPipeline": 500', "ZeroDivisionError: a mistake"),
        *slow(('"mine.BarePipeline": 50', "returned a record without an id: {'title': ")),
        *slow(('"mine.BarePipeline": 500', "returned a record without an id: {'title': ")),
    ],
)
def test_a_pipeline_that_fails_costs_the_page_and_ends_the_crawl(
    site: Newsroom, tmp_path: Path, pipeline: str, said: str
) -> None:
    before = len(site.log)
    scrapy(site, tmp_path, "-s", f"ITEM_PIPELINES={{{pipeline}}}", status=1)
    assert len(pages_requested(site, before)) == 1
    ((status, message),) = rows(tmp_path / "a.db", "SELECT status, message FROM runs")
    assert (status, said in message) == ("failed", True)
    assert rows(tmp_path / "a.db", "SELECT count(*) FROM items") == [(0,)]


def test_no_record_after_one_that_fails_reaches_a_feed(site: Newsroom, tmp_path: Path) -> None:
    broken = 'ITEM_PIPELINES={"mine.BreakPipeline": 500}'
    scrapy(site, tmp_path, "-s", broken, "-o", "a.jsonl", status=1)
    assert len((tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()) == 2
    assert rows(tmp_path / "a.db", "SELECT count(*) FROM items") == [(0,)]


@pytest.mark.parametrize(("order", "quarantined"), [(500, 16), (950, 0)])
def test_records_that_a_spider_middleware_replaced_may_be_dropped(
    site: Newsroom, tmp_path: Path, order: int, quarantined: int
) -> None:
    copies = ("-s", 'SPIDER_MIDDLEWARES={"mine.CopyMiddleware": 543}')
    drop = ("-s", f'ITEM_PIPELINES={{"mine.DropPipeline": {order}}}')
    scrapy(site, tmp_path, "-a", "max_pages=1", *copies, *drop)
    assert rows(tmp_path / "a.db", "SELECT count(*) FROM items") == [(50 - quarantined,)]
    assert rows(tmp_path / "a.db", "SELECT count(*) FROM quarantine") == [(quarantined,)]


@pytest.mark.slow
@pytest.mark.parametrize(("pipeline", "stored"), [("Drop", 50), ("Broken", 0)])
def test_a_late_pipeline_ends_well(site: Newsroom, tmp_path: Path, pipeline: str, stored: int) -> None:
    """A record dropped there is stored; one that fails there costs its page, as anywhere."""
    late = f'ITEM_PIPELINES={{"mine.{pipeline}Pipeline": 950}}'
    options = ("-a", "max_pages=1", "-s", late, "-s", "CONCURRENT_ITEMS=40")
    scrapy(site, tmp_path, *options, status=0 if stored else 1)
    assert rows(tmp_path / "a.db", "SELECT count(*) FROM items") == [(stored,)]
    assert rows(tmp_path / "a.db", "SELECT count(*) FROM quarantine") == [(0,)]


def test_itemcount_ends_the_crawl_after_the_page_in_hand(site: Newsroom, tmp_path: Path) -> None:
    log = scrapy(site, tmp_path, "-s", "CLOSESPIDER_ITEMCOUNT=10", status=4)
    assert "'finish_reason': 'closespider_itemcount'" in log
    assert rows(tmp_path / "a.db", "SELECT count(*) FROM items") == [(50,)]
    assert rows(tmp_path / "a.db", "SELECT status FROM runs") == [("partial",)]


def test_a_crawl_is_resumed_from_its_database_and_not_from_a_jobdir(site: Newsroom, tmp_path: Path) -> None:
    job = ("-s", "JOBDIR=job")
    log = scrapy(site, tmp_path, *job, "-s", "CLOSESPIDER_ITEMCOUNT=10", status=4)
    assert "JOBDIR has no effect" in log
    assert not (tmp_path / "job").exists()
    scrapy(site, tmp_path, *job)
    assert rows(tmp_path / "a.db", "SELECT count(*) FROM items") == [(STORIES,)]


def test_a_spider_middleware_that_drops_a_record_ends_the_crawl_with_a_message(
    site: Newsroom, tmp_path: Path
) -> None:
    quick = "import osce_news.crawl.pipelines as pipelines\npipelines.MAX_SILENCE_S = 0.5\n"
    middleware = ("-s", 'SPIDER_MIDDLEWARES={"mine.ThirdMiddleware": 543}')
    log = scrapy(site, tmp_path, *middleware, status=1, before=quick)
    assert "49 of 50 records came out of the item pipelines; does a spider middleware" in log
    assert rows(tmp_path / "a.db", "SELECT count(*) FROM items") == [(0,)]


def test_feeds_have_each_record_once_in_every_form(site: Newsroom, tmp_path: Path) -> None:
    feeds = [part for name in ("a.jsonl", "a.json", "a.csv", "a.xml") for part in ("-o", name)]
    scrapy(site, tmp_path, *feeds)
    lines = (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    assert [record["id"] for record in records] == [str(story.node) for story in site.stories]
    assert rows(tmp_path / "a.db", "SELECT count(*) FROM items") == [(STORIES,)]
    assert rows(tmp_path / "a.db", "SELECT status FROM runs") == [("complete",)]
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == records
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["id"] for row in table] == [record["id"] for record in records]
    assert [row["offices"] for row in table] == [
        ",".join(term["raw"] for term in record["offices"]) for record in records
    ]
    tree = ElementTree.parse(tmp_path / "a.xml")  # our own file
    assert [item.findtext("id") for item in tree.iter("item")] == [record["id"] for record in records]


def test_scrapy_parse_shows_the_records_of_a_page_and_stores_nothing(site: Newsroom, tmp_path: Path) -> None:
    shown = scrapy(site, tmp_path, "--pipelines", "--nocolour", command="parse")
    assert shown.count("'url_raw'") == 10
    assert "'published': '20" in shown
    assert not (tmp_path / "a.db").exists()


@pytest.mark.slow
def test_the_documented_commands_do_what_the_page_says(site: Newsroom, tmp_path: Path) -> None:
    assert [command for command, _ in DOCUMENTED] == ["crawl", "crawl", "parse", "crawl"]
    for command, line in DOCUMENTED[:-1]:  # the last one has a pipeline: see the next test
        words = [word for word in line.split() if not word.startswith("https://")]
        spider = words.pop(0) if command == "crawl" else "newsroom"
        scrapy(site, tmp_path, *words, command=command, spider=spider)
    lengths = [len((tmp_path / f"{name}.jsonl").read_text().splitlines()) for name in ("items", "articles")]
    assert lengths == [100, 10]


@pytest.mark.slow
def test_the_documented_pipeline_drops_what_it_says(site: Newsroom, tmp_path: Path) -> None:
    scrapy(site, tmp_path, "-s", 'ITEM_PIPELINES={"mine.PressReleasesOnly": 500}')
    db = tmp_path / "a.db"
    releases = sum((story.content_type or "").lower() == "press release" for story in site.stories)
    assert 0 < releases < STORIES
    assert rows(db, "SELECT count(*) FROM items") == [(releases,)]
    assert rows(db, "SELECT DISTINCT reason FROM quarantine") == [("not a press release",)]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["-a", "rows=many"], 2, "newsroom: --rows: 'many' is not a whole number from 1 to 50"),
        (
            ["-s", f'ITEM_PIPELINES={{"{STORAGE}": null}}'],
            2,
            "newsroom: ITEM_PIPELINES leaves out StoragePip",
        ),
        (["-a", "db="], 2, "newsroom: --db: the path is empty"),
        (["-a", "db=no/such/folder.db"], 2, "newsroom: no such folder"),
        (["-a", "maxpages=1"], 2, "unknown argument: maxpages"),  # it must not read the whole list
        (["-a", "delay=0", "-a", "start_url=http://127.0.0.1:{port}/gone"], 3, "the list is gone"),
    ],
)
def test_the_exit_status_is_that_of_osce_news_crawl_and_an_error_one_line(
    site: Newsroom, tmp_path: Path, arguments: list[str], status: int, said: str
) -> None:
    port, before = site.url.rpartition(":")[2], len(site.log)
    log = scrapy(site, tmp_path, *(text.replace("{port}", port) for text in arguments), status=status)
    assert said in log.splitlines()[-1]
    assert "Traceback" not in log
    assert status != 2 or len(site.log) == before


@pytest.mark.parametrize(
    "feed", ["/dev/full:jsonl", "a-folder:csv"]
)  # Scrapy counts only the first as failed
def test_a_feed_that_can_not_be_written_is_an_error_although_all_is_stored(
    site: Newsroom, tmp_path: Path, feed: str
) -> None:
    (tmp_path / "a-folder").mkdir()
    log = scrapy(site, tmp_path, "-a", "max_pages=1", "-O", feed, status=1)
    assert log.splitlines()[-1] == "newsroom: a feed could not be written: see the log"
    assert rows(tmp_path / "a.db", "SELECT status, new FROM runs") == [("complete", 50)]


def test_the_database_is_that_of_the_environment_unless_a_setting_or_an_argument_names_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    project = Settings()
    project.setmodule(settings)
    assert NewsroomSpider.options_from(project, {}).db == Path("osce-news.db")
    monkeypatch.setenv("OSCE_NEWS_DB", "of-environment.db")
    assert NewsroomSpider.options_from(project, {}).db == Path("of-environment.db")
    project.set("OSCE_NEWS_DB", "of-settings.db")
    assert NewsroomSpider.options_from(project, {}).db == Path("of-settings.db")
    assert NewsroomSpider.options_from(project, {"db": "a.db"}).db == Path("a.db")


@pytest.mark.parametrize("spider", [[], *slow(["--spider", "newsroom"])])
@pytest.mark.parametrize(
    "words", ["shell --nolog -c response.status {url}", *slow("fetch --nolog --headers {url}")]
)
def test_scrapy_shell_and_fetch_request_a_page(
    site: Newsroom, tmp_path: Path, words: str, spider: list[str]
) -> None:
    url = f"{site.url}/press-releases"
    (tmp_path / "osce-news.toml").write_text(f'start-url = "{url}"\ndelay = 0\n')  # the spider's site
    line = words.format(url=url).split()
    with Command([*line, *spider, "-s", "DOWNLOAD_DELAY=0"], tmp_path, program="scrapy") as forked:
        done = forked.result()
    assert done.status == 0, done.errors
    assert "200\n" in done.output or "< Content-Type: text/html" in done.output


def test_an_unknown_spider_is_an_error_that_names_the_others(site: Newsroom, tmp_path: Path) -> None:
    log = scrapy(site, tmp_path, spider="newsrom", status=2)
    assert log.splitlines()[-1].endswith("no spider 'newsrom'; choose from articles, newsroom")
