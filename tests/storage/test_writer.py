"""The writer: what a page changes, what it leaves alone, and that it is stored whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from osce_news.clock import utc_now
from osce_news.errors import StorageError
from osce_news.items import Listing, NewsItem
from osce_news.normalize import normalize_listing
from osce_news.storage import Writer, open_for_reading
from tests.helpers import ADDRESS, FIXTURES, NOON, Dump, dump, fixture_page, html_of, listing, page_of, values
from tests.newsroom import make_stories
from tests.newsroom.samples import TEN

NEXT_DAY, DAY_BEFORE = "2024-08-06T12:00:00Z", "2024-08-04T12:00:00Z"
MEMORIAL = TEN[0]
MODES = ["full", "incremental", "replay"]
READABLE = sorted(
    folder.name for folder in FIXTURES.iterdir() if '"error"' not in (folder / "expected.json").read_text()
)
# The order may tell which of several lists of one minute is named as the one that shows an item.
UNORDERED = ("last_seen", "key", "listing_url", "first_run")
# Without the phase that explains a failure: it takes longer than all other tests.
PATIENT = settings(phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink))


@cache
def _fixtures() -> dict[str, Listing]:
    return {case: fixture_page(case) for case in READABLE}


def _store(writer: Writer, pages: Sequence[Listing], *, separately: bool = False) -> None:
    for number, page in enumerate(pages):
        if separately or number == 0:
            writer.begin("replay")
        writer.store(page)


def _counts(writer: Writer) -> tuple[int, int, int]:
    return writer.summary.new, writer.summary.changed, writer.summary.unchanged


def test_new_changed_and_unchanged_items_are_distinguished(writer: Writer) -> None:
    stories = make_stories(5)
    writer.store(listing(stories[:4]))
    assert _counts(writer) == (4, 0, 0)
    edited = replace(stories[1], title="Another title")
    writer.store(listing([stories[0], edited, *stories[2:]], NEXT_DAY))
    assert _counts(writer) == (5, 1, 3)
    page = writer.connection.execute("SELECT * FROM pages ORDER BY id DESC LIMIT 1").fetchone()
    assert (page["results"], page["new"], page["changed"], page["unchanged"]) == (5, 1, 1, 3)


def test_first_and_last_seen_are_the_times_of_the_pages_and_not_of_the_run(writer: Writer) -> None:
    def seen() -> set[tuple[object, ...]]:
        sql = "SELECT first_seen, last_seen FROM items UNION SELECT first_seen, last_seen FROM addresses"
        return {tuple(row) for row in writer.connection.execute(sql)}

    writer.store(listing([MEMORIAL]))
    assert seen() == {(NOON, NOON)}
    writer.store(listing([MEMORIAL], NEXT_DAY))
    assert seen() == {(NOON, NEXT_DAY)}
    writer.store(listing([MEMORIAL], DAY_BEFORE))
    assert seen() == {(DAY_BEFORE, NEXT_DAY)}


def test_a_page_with_one_impossible_item_is_not_stored_at_all_and_earlier_pages_stay(db: Path) -> None:
    stories = make_stories(9)
    with Writer(db) as writer:
        writer.begin("replay")
        writer.store(listing(stories[:3]))
        before = dump(writer.connection, ())
        # An old item, new ones before and behind the bad one: nothing of them may stay.
        bad = listing([replace(stories[0], title="Changed"), *stories[3:]], NEXT_DAY)
        bad.records[4].title = ""
        with pytest.raises(StorageError, match="CHECK"):
            writer.store(bad)
        assert dump(writer.connection, ()) == before
        assert values(writer.connection, "SELECT seen FROM runs UNION ALL SELECT count(*) FROM pages") == [
            3,
            1,
        ]
        assert _counts(writer) == (3, 0, 0)
        writer.store(listing(stories[3:]))  # the run can go on
        writer.finish("complete")
    with closing(open_for_reading(db)) as connection:
        assert values(connection, "SELECT count(*) FROM items") == [9]
        assert values(connection, "SELECT new FROM runs") == [9]


def test_a_run_is_kept_with_all_that_its_summary_says(writer: Writer) -> None:
    writer.store(_fixtures()["first-page"])
    summary = asdict(writer.finish("partial", "a page could not be read"))
    del summary["database"]
    row = dict(writer.connection.execute("SELECT * FROM runs").fetchone())
    assert {"id" if name == "run" else name: value for name, value in summary.items()}.items() <= row.items()
    assert row["started"] <= row["finished"]
    with pytest.raises(StorageError, match="CHECK"):
        writer.finish("splendid")


@cache
def _replayed() -> Dump:
    """Return what a database of all fixtures holds, read in order of their times."""
    with tempfile.TemporaryDirectory() as folder, Writer(Path(folder, "new.db")) as writer:
        _store(writer, sorted(_fixtures().values(), key=lambda page: page.fetched_at))
        return dump(writer.connection, UNORDERED)


@settings(PATIENT, max_examples=8)
@given(order=st.permutations(READABLE), separately=st.booleans())
def test_the_fixtures_give_the_same_items_whatever_is_read_first(order: list[str], separately: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, Writer(Path(folder, "new.db")) as writer:
        _store(writer, [_fixtures()[case] for case in order], separately=separately)
        assert dump(writer.connection, UNORDERED) == _replayed()


def _reading(
    hour: int, language: str, title: str, teaser: str | None, offices: str | None, path: str
) -> Listing:
    item = NewsItem(
        url_raw=f"https://www.osce.org/{path}/1",
        title_raw=title,
        teaser_raw=teaser,
        published_raw="15 March 2022",
        offices_raw=offices,
        language_raw=language,
    )
    at = f"2024-08-{1 + hour // 24:02}T{hour % 24:02}:00:00Z"
    return normalize_listing(
        Listing(url=f"{ADDRESS}&at={hour}", fetched_at=at, sha256="0" * 64, records=[item])
    )


def _readings(hours: st.SearchStrategy[int], languages: str) -> st.SearchStrategy[list[Listing]]:
    reading = st.builds(
        _reading,
        hours,
        st.sampled_from(languages.split()),
        st.sampled_from(("A title", "Another title")),
        st.sampled_from(("One teaser", "Another teaser", None)),
        st.sampled_from(("ODIHR", "OSCE Secretariat, ODIHR", "OSCE Office in Minsk (closed)", None)),
        st.sampled_from(("node", "odihr")),
    )
    return st.lists(reading, min_size=2, max_size=4)


AGAIN = {
    "different hours": _readings(st.integers(0, 60), "en").map(
        lambda pages: list({page.fetched_at: page for page in pages}.values())
    ),
    "one second": _readings(st.just(12), "en"),
    "two languages": _readings(st.sampled_from((0, 3, 20, 50)), "en ru"),
}


@pytest.mark.parametrize(
    "name", [pytest.param("different hours", marks=pytest.mark.slow), "one second", "two languages"]
)
@settings(PATIENT, max_examples=12)
@given(data=st.data(), order=st.permutations(range(4)))
def test_differing_pages_again_change_nothing(name: str, data: st.DataObject, order: list[int]) -> None:
    pages = sorted(data.draw(AGAIN[name]), key=lambda page: page.fetched_at)
    with tempfile.TemporaryDirectory() as folder, Writer(Path(folder, "new.db")) as writer:
        _store(writer, pages)
        before = dump(writer.connection)
        _store(writer, [pages[number] for number in order if number < len(pages)])
        assert dump(writer.connection) == before


def test_an_item_under_two_addresses_is_one_row_with_the_labels_of_both(writer: Writer) -> None:
    writer.store(_fixtures()["twice"])
    rows = writer.connection.execute("SELECT url, topics FROM newsroom WHERE id = '575719'").fetchall()
    assert [tuple(row) for row in rows] == [
        ("https://www.osce.org/odihr/575719", '["Roma and Sinti","Tolerance and non-discrimination"]')
    ]
    sql = "SELECT url FROM addresses WHERE item_id = '575719' ORDER BY url"
    assert values(writer.connection, sql) == [
        f"https://www.osce.org/{path}/575719" for path in ("node", "odihr")
    ]
    assert values(writer.connection, "SELECT count(*) FROM revisions") == [0]


@pytest.mark.parametrize("mode", MODES)
def test_two_pages_of_one_reading_give_an_item_the_labels_of_both(writer: Writer, mode: str) -> None:
    writer.begin(mode)
    now = utc_now()
    writer.store(listing([replace(MEMORIAL, topics=("Elections",))], now))
    writer.store(listing([replace(MEMORIAL, topics=("Youth",), path="/node/575719")], now))
    assert set(values(writer.connection, "SELECT topic_id FROM item_topics")) == {"elections", "youth"}
    assert values(writer.connection, "SELECT count(*) FROM addresses") == [2]
    assert values(writer.connection, "SELECT count(*) FROM revisions") == [0]


def test_an_earlier_page_replayed_later_changes_nothing_but_when_it_was_first_seen(writer: Writer) -> None:
    writer.store(listing([MEMORIAL]))
    before = dump(writer.connection, ("first_seen",))
    earlier = replace(MEMORIAL, title="Former title", topics=("Elections",), teaser="Former teaser")
    writer.store(listing([earlier], DAY_BEFORE))
    assert dump(writer.connection, ("first_seen",)) == before
    assert _counts(writer) == (1, 0, 1)


def test_an_item_that_changes_on_the_next_page_of_a_crawl_is_seen_once(db: Path) -> None:
    stories = make_stories(6)
    edited = replace(stories[3], title="Another title")
    with Writer(db) as writer:
        writer.begin("full")
        writer.store(listing(stories[:4]))
        writer.store(listing([stories[2], edited, *stories[4:]], NEXT_DAY))
        assert (writer.summary.seen, *_counts(writer)) == (6, 6, 1, 0)


def test_a_result_that_can_be_no_item_is_quarantined_once_with_its_reason(writer: Writer) -> None:
    html = html_of(make_stories(20))
    start = html.index("<a", html.index("search-title"))
    html = html[:start] + html[html.index("</a>", start) + 4 :]  # the first result's title and link
    for at in (NOON, NEXT_DAY, NEXT_DAY):
        writer.store(page_of(html, at))
    (row,) = map(dict, writer.connection.execute("SELECT * FROM quarantine"))
    assert row["reason"] == "no title and no address"
    assert row["raw"].startswith('{"content_type": ')
    assert (row["run_id"], row["first_seen"], row["last_seen"]) == (1, NOON, NEXT_DAY)
    assert writer.summary.quarantined == 3
    assert writer.summary.seen == 57
    assert values(writer.connection, "SELECT results FROM pages") == [20, 20, 20]


def test_printed_values_without_an_entry_are_counted(writer: Writer) -> None:
    odd = replace(
        MEMORIAL, offices=("OSCE Moon Base", *MEMORIAL.offices), topics=("Tides",), content_type="Ode"
    )
    writer.store(page_of(html_of([odd, TEN[2]]).replace("2 August 2024</div>", "32 Foo 2024</div>")))
    assert writer.summary.unknown_terms == 4
    assert values(writer.connection, "SELECT published_raw FROM items WHERE published IS NULL") == [
        "32 Foo 2024"
    ]


def test_what_is_stored_in_a_transaction_is_stored_as_a_whole_or_not_at_all(writer: Writer) -> None:
    before = replace(writer.summary)
    with suppress(ZeroDivisionError), writer.transaction():
        writer.store(listing(make_stories(3)))
        assert 1 / 0
    assert writer.summary == before
    assert values(writer.connection, "SELECT count(*) FROM items") == [0]
    with writer.transaction():
        writer.store(listing(make_stories(3)))
    assert (writer.summary.new, values(writer.connection, "SELECT count(*) FROM items")) == (3, [3])


def test_comparing_a_page_writes_nothing_and_says_what_storing_it_would_change(writer: Writer) -> None:
    stories = make_stories(4)
    writer.store(listing(stories[:3]))
    edited = replace(stories[0], title="Another title")
    changes = writer.compare(listing([edited, *stories[1:]], NEXT_DAY))
    assert (changes.changed, [item.id for item in changes.new]) == (
        {str(edited.node)},
        [str(stories[3].node)],
    )
    assert values(writer.connection, "SELECT count(*) FROM items") == [3]


def test_a_run_whose_end_cannot_be_stored_keeps_its_summary(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer.store(listing(TEN))
    before = replace(writer.summary)
    (gone,) = values(writer.connection, "SELECT id FROM items LIMIT 1")
    with monkeypatch.context() as patch:
        patch.setattr(Writer, "_write_summary", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            writer.finish("complete", withdrawn=[str(gone)])
    assert writer.summary == before
    assert writer.finish("complete", withdrawn=[str(gone)]).withdrawn == 1
