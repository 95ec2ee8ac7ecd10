"""Items' own pages, read over HTTP behind the list: which, when, what is stored, what ends it."""

from __future__ import annotations

import json
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.crawl.over_http.crawling import LIST, ROBOTS, crawl, is_sound, rows, start
from tests.helpers import run
from tests.newsroom import Newsroom, faults, make_newer, make_stories
from tests.newsroom.articles import article_paragraphs
from tests.newsroom.pages import render_article, render_not_found
from tests.newsroom.site import Reply
from tests.newsroom.stories import Story
from tests.processes import Command

STORIES = 12
TIMES = ("first_asked", "fetched_at", "first_read", "read_at")


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(make_stories(STORIES), robots=ROBOTS, etags=True) as server:
        yield server


def is_article(path: str) -> bool:
    return not path.startswith((LIST, "/robots.txt"))


def articles(newsroom: Newsroom) -> list[str]:
    return [path for path in newsroom.paths if is_article(path)]


def age(db: Path, days: int) -> None:
    """Let so many days pass for all articles."""
    moved = ", ".join(f"{name} = strftime('%Y-%m-%dT%H:%M:%SZ', {name}, '-{days} days')" for name in TIMES)
    with_writing(db, f"UPDATE articles SET {moved}")


def with_writing(db: Path, sql: str) -> None:
    with closing(sqlite3.connect(db, isolation_level=None)) as connection:
        connection.execute(sql)


def statuses(db: Path) -> dict[int, str]:
    return {int(node): status for node, status in rows(db, "SELECT item_id, status FROM articles")}


def page(story: Story, before: str, after: str) -> bytes:
    html = render_article(story)
    assert before in html
    return html.replace(before, after).encode()


def run_statuses(db: Path) -> list[str]:
    """How the runs ended: the one of the list, and the one of the articles."""
    return [status for (status,) in rows(db, "SELECT status FROM runs ORDER BY id")]


def test_articles_are_read_newest_first_within_the_budget(newsroom: Newsroom, tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    other = newsroom.stories[2]
    newsroom.article_pages[other.node] = page(other, "</h1>", ", says the page</h1>")
    done = crawl(newsroom, db, "--articles", "--max-articles", "5")
    assert done.status == 0, done.errors
    assert (done.summary["articles"], done.summary["articles_left"]) == (5, STORIES - 5)
    assert "article 5 of 5: read" in done.errors
    days = [urlsplit(path).path for path in articles(newsroom)]
    by_day = {story.path: story.published for story in newsroom.stories}
    assert [by_day[path] for path in days] == [story.published for story in newsroom.stories[:5]]
    assert rows(db, "SELECT mode, status, pages, articles, articles_left FROM runs") == [
        ("full", "complete", 2, 0, 0),
        ("articles", "complete", 0, 5, STORIES - 5),
    ]

    news = make_newer(newsroom.stories, 1)[0]
    newsroom.publish(news)
    done = crawl(newsroom, db, "--articles")
    assert (done.status, done.summary["articles"], done.summary["articles_left"]) == (0, STORIES - 4, 0)
    assert articles(newsroom)[5] == news.path
    assert len(articles(newsroom)) == len(set(articles(newsroom))) == STORIES + 1

    for story in newsroom.stories:
        text = rows(db, "SELECT text FROM newsroom WHERE id = ?", str(story.node))[0][0]
        assert text == "\n\n".join(article_paragraphs(story))
    differs = rows(db, "SELECT item_id, differs FROM articles WHERE differs IS NOT NULL")
    ((node, said),) = differs
    (title,) = json.loads(said).values()
    assert (int(node), title[1]) == (other.node, f"{title[0]}, says the page")

    word = article_paragraphs(other)[-1].split()[-1].strip(".&…")
    found = run("search", f"text:{word}", "--db", db, "--limit", "0", "--json", cwd=tmp_path)
    assert str(other.node) in [one["id"] for one in json.loads(found.out)]
    shown = run("show", str(other.node), "--db", db, cwd=tmp_path)
    assert ", says the page" in shown.out
    assert article_paragraphs(other)[0] in shown.out
    shown = run("show", str(other.node), "--db", db, "--json", cwd=tmp_path)
    assert json.loads(shown.out)["article"]["layout"] == "drupal7-header"
    assert run("crawl", "--max-articles", "3", cwd=tmp_path).status == 2
    assert is_sound(db)

    done = crawl(newsroom, db, "--articles")
    assert (done.status, done.summary["articles"]) == (0, 0)


@pytest.mark.slow
def test_articles_are_asked_for_again_by_age_and_change(newsroom: Newsroom, tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    crawl(newsroom, db, "--articles")
    age(db, 2)
    before = rows(db, "SELECT item_id, text, read_at, etag FROM articles ORDER BY 1")
    done = crawl(newsroom, db, "--articles")
    assert (done.summary["articles"], done.summary["articles_changed"]) == (STORIES, 0)
    asked = [entry for entry in newsroom.log if is_article(entry.path)][STORIES:]
    assert {entry.status for entry in asked} == {304}
    assert rows(db, "SELECT item_id, text, read_at, etag FROM articles ORDER BY 1") == before
    assert rows(db, "SELECT count(*) FROM articles WHERE fetched_at > read_at") == [(STORIES,)]

    age(db, 6)
    rewritten, quoted, edited, gone = newsroom.stories[3:7]
    html = render_article(rewritten)
    last = article_paragraphs(rewritten)[-1].split()[-1]
    at = html.rindex(last)
    newsroom.article_pages[rewritten.node] = f"{html[:at]}quokka{html[at + len(last) :]}".encode()
    newsroom.article_pages[quoted.node] = render_article(quoted).replace("<p>", "<p>  ").encode()
    newsroom.edit(edited.node, topics=("Elections",))
    newsroom.article_pages[gone.node] = render_not_found().encode()
    done = crawl(newsroom, db, "--articles")
    assert done.status == 0, done.errors
    assert (done.summary["articles_changed"], done.summary["articles_gone"]) == (1, 1)
    asked = [entry for entry in newsroom.log if is_article(entry.path)][2 * STORIES :]
    assert asked[0].path == edited.path  # before those that are due by age, and whatever the site says
    assert not {"If-None-Match", "If-Modified-Since"} & set(asked[0].headers)
    ((node, kind, former, later),) = rows(
        db, "SELECT item_id, class, before, after FROM revisions WHERE field = 'text'"
    )
    assert (int(node), kind, former) == (rewritten.node, "text", "\n\n".join(article_paragraphs(rewritten)))
    assert "quokka" in later
    assert rows(db, "SELECT text FROM articles WHERE item_id = ?", node) == [(later,)]
    kept = rows(db, "SELECT status, text FROM articles WHERE item_id = ?", str(gone.node))
    assert kept == [("not_found", "\n\n".join(article_paragraphs(gone)))]
    found = run("search", "text:quokka", "--db", db, "--json", cwd=tmp_path)
    assert [one["id"] for one in json.loads(found.out)] == [node]
    assert "quokka" in run("show", node, "--db", db, cwd=tmp_path).out
    assert is_sound(db)


@pytest.mark.slow
def test_what_is_not_to_be_had_is_noted_as_what_it_is(newsroom: Newsroom, tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    answers = {
        "gone": faults.status(410),
        "moved": faults.redirect(newsroom.stories[-1].path),
        "not_found": faults.always(Reply(body=render_not_found().encode())),
        "unreadable": faults.wrong_type(),
        "failed": faults.redirect("http://other.example/1"),
    }
    others = {
        "kept from us": faults.status(403),
        "not modified": faults.status(304),
        "blank": faults.status(200, body=" \n"),
    }
    answers |= others
    places = dict(zip(answers, newsroom.stories, strict=False))
    for name, answer in answers.items():
        newsroom.fail(places[name].path, answer)
    done = crawl(newsroom, db, "--articles")
    assert done.status == 4, done.errors
    assert (done.summary["status"], run_statuses(db)) == ("partial", ["complete", "partial"])
    assert (done.summary["articles_gone"], done.summary["articles_failed"]) == (3, 5)
    found = statuses(db)
    expected = {name: "failed" if name in others else name for name in answers}
    assert {name: found[places[name].node] for name in answers} == expected
    assert set(found.values()) - set(answers) == {"read"}
    moved = rows(db, "SELECT moved_to, text FROM articles WHERE status = 'moved'")
    assert moved == [(newsroom.url + newsroom.stories[-1].path, None)]
    reasons = dict(rows(db, "SELECT item_id, reason FROM articles WHERE reason IS NOT NULL"))
    assert "application/pdf" in reasons[str(places["unreadable"].node)]
    assert "another site" in reasons[str(places["failed"].node)]
    assert "304 to an unconditional request" in reasons[str(places["not modified"].node)]
    assert len(list((tmp_path / "a.db-not-understood").iterdir())) == 1

    newsroom.faults.clear()
    done = crawl(newsroom, db, "--articles")
    assert (done.status, done.summary["articles"]) == (0, 4)
    assert is_sound(db)


@pytest.mark.slow
def test_an_item_with_a_long_address_holds_up_no_other(newsroom: Newsroom, db: Path) -> None:
    crawl(newsroom, db)
    with_writing(db, f"UPDATE items SET url = url || '/{'a' * 3_000}' WHERE id = {newsroom.stories[3].node}")
    done = crawl(newsroom, db, "--articles")
    assert (done.status, done.summary["articles"]) == (0, STORIES), done.errors


@pytest.mark.slow
def test_a_redirect_to_another_item_is_noticed_although_that_item_has_not_changed(db: Path) -> None:
    """The date in a conditional request is that of the page that was asked for."""
    with Newsroom(make_stories(STORIES), robots=ROBOTS, last_modified=True) as newsroom:
        crawl(newsroom, db, "--articles")
        age(db, 2)
        read_earlier, moved = newsroom.stories[2], newsroom.stories[5]
        newsroom.fail(moved.path, faults.redirect(read_earlier.path))
        crawl(newsroom, db, "--articles")
    assert newsroom.log[-1].status == 304
    assert statuses(db)[moved.node] == "moved"


@pytest.mark.slow
def test_an_item_on_a_host_that_is_gone_holds_up_no_other(newsroom: Newsroom, db: Path) -> None:
    lost = newsroom.stories[2]

    def elsewhere(exchange: faults.Exchange) -> None:
        usual = exchange.usual()
        link = f'href="http://127.0.0.1:1{lost.path}"'.encode()  # nobody answers at port 1
        body = usual.body.replace(f'href="{lost.path}"'.encode(), link)
        exchange.reply(Reply(usual.status, body, usual.content_type))

    newsroom.fail(faults.listing, elsewhere)
    quick = "import osce_news.crawl.settings as s\ns.BACK_OFF_BASE = s.BACK_OFF_MAX = 0.01\n"
    done = crawl(newsroom, db, "--articles", before=quick)
    assert (done.status, done.summary["articles"], done.summary["articles_failed"]) == (4, STORIES, 1)
    reason = "not requested: robots.txt can't be fetched: the connection was refused"
    assert rows(db, "SELECT item_id, reason FROM articles WHERE status <> 'read'") == [
        (str(lost.node), reason)
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answer", "status", "stored"),
    [
        (faults.status(403), 6, 2),
        (faults.challenge(), 6, 2),
        (faults.login(), 3, 4),
        (faults.status(500), 4, 3),
    ],
    ids=["refused", "challenge", "not understood", "down"],
)
def test_what_is_wrong_with_all_pages_ends_the_run_and_not_the_list(
    newsroom: Newsroom, db: Path, answer: faults.Answer, status: int, stored: int
) -> None:
    newsroom.fail(is_article, answer)
    before = "import osce_news.crawl.settings as settings\nsettings.RETRY_TIMES = 0"
    done = crawl(newsroom, db, "--articles", before=before)
    assert done.status == status, done.errors
    assert len(done.lines) == 1
    assert run_statuses(db)[0] == "complete"
    assert len(statuses(db)) == stored
    assert len(articles(newsroom)) <= 5
    assert rows(db, "SELECT position FROM runs") == [(None,), (None,)]
    newsroom.faults.clear()
    done = crawl(newsroom, db, "--articles")
    # What was not understood waits for its age, or for another version of osce-news.
    waiting = stored if status == 3 else 0
    assert (done.status, done.summary["mode"], done.summary["articles"]) == (
        0,
        "incremental",
        STORIES - waiting,
    )


@pytest.mark.slow
def test_no_known_layout_on_all_pages_ends_the_run_unless_it_is_accepted(db: Path) -> None:
    with Newsroom(make_stories(32), robots=ROBOTS) as newsroom:
        done = crawl(newsroom, db, "--articles", "--max-articles", "20")
        assert done.status == 0, done.errors
        newsroom.layout = "multisite"
        done = crawl(newsroom, db, "--articles")
        assert done.status == 3
        assert "20 articles" in done.lines[0]
        assert rows(db, "SELECT layout, count(*) FROM articles GROUP BY 1 ORDER BY 1") == [
            ("drupal7-header", 20),
            ("trafilatura", 4),
        ]
        done = crawl(newsroom, db, "--articles", "--accept")
        assert (done.status, done.summary["articles"]) == (0, 8)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_crawl_ended_among_articles_keeps_them(
    newsroom: Newsroom, db: Path, number: signal.Signals
) -> None:
    with start(newsroom, db, "--articles") as command:
        newsroom.before(is_article, lambda _: command.send(number), skip=4)
        done = command.wait()
    assert done.status == (-number if number == signal.SIGKILL else 130), done.errors
    assert run_statuses(db) == ["complete", "running" if number == signal.SIGKILL else "interrupted"]
    read = len(statuses(db))
    assert 4 <= read <= 5
    assert is_sound(db)
    done = crawl(newsroom, db, "--articles")
    assert (done.status, done.summary["mode"], done.summary["continues"]) == (0, "incremental", None)
    assert done.summary["articles"] == STORIES - read
    assert set(statuses(db).values()) == {"read"}


@pytest.mark.slow
def test_scrapy_crawls_articles_with_the_list_or_alone(newsroom: Newsroom, tmp_path: Path) -> None:
    arguments = {"start_url": newsroom.url + LIST, "db": str(tmp_path / "a.db"), "delay": "0"}
    given = [part for name, value in arguments.items() for part in ("-a", f"{name}={value}")]
    for spider, more, count in (("newsroom", ["-a", "articles=1"], STORIES), ("articles", [], 3)):
        words = ["crawl", spider, *given, *more, "-a", "max_articles=3", "-O", f"{spider}.jsonl"]
        with Command(words, tmp_path, program="scrapy") as command:
            assert command.wait().status == 0
        lines = (tmp_path / f"{spider}.jsonl").read_text(encoding="utf-8").splitlines()
        assert len(lines) == count
    assert {json.loads(line)["status"] for line in lines} == {"read"}
    assert rows(tmp_path / "a.db", "SELECT mode, pages, articles FROM runs") == [
        ("full", 2, 0), ("articles", 0, 3), ("articles", 0, 3)
    ]  # fmt: skip
    assert len(statuses(tmp_path / "a.db")) == 6
