"""The numbers, titles and notes of figures."""

from __future__ import annotations

import dataclasses
import datetime
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from osce_news.errors import BadInputError
from osce_news.publish.figures import FigureOptions, build_figure
from osce_news.storage import Writer, open_for_reading
from osce_news.storage.queries import Query, counts
from tests.generated import fill
from tests.newsroom import make_stories
from tests.newsroom.samples import TEN


@pytest.mark.parametrize(
    ("by", "more", "message"),
    [
        (("colour",), {}, "no group 'colour'; choose from year, month, type, office, topic"),
        ((), {}, "one group, or two different ones; to count within an office"),
        (("year", "office", "topic"), {}, "one group, or two different ones; to count within an office"),
        (("office", "office"), {}, "one group, or two different ones; to count within an office"),
        (("year", "month"), {}, "year and month can't be combined"),
        (("office",), {"labels": True}, "by year or by month"),
        (("office",), {"top": 0}, "1 to 60 groups"),
    ],
)
def test_bad_combinations_are_refused(by: tuple[str, ...], more: dict[str, bool], message: str) -> None:
    with pytest.raises(BadInputError, match=message):
        FigureOptions(by, **more)  # type: ignore[arg-type]


def test_nothing_to_plot_says_why(reading: sqlite3.Connection, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no item matches the filters"):
        build_figure(reading, FigureOptions(query=Query(until="1990-01-01")))
    fill(tmp_path / "no-topics.db", [dataclasses.replace(story, topics=()) for story in TEN])
    with (
        closing(open_for_reading(tmp_path / "no-topics.db")) as connection,
        pytest.raises(BadInputError, match="no item has both an office and a topic"),
    ):
        build_figure(connection, FigureOptions(("office", "topic")))
    with Writer(tmp_path / "empty.db"):
        pass
    with closing(open_for_reading(tmp_path / "empty.db")) as empty:
        for options in (FigureOptions(), FigureOptions(("office", "topic")), FigureOptions(labels=True)):
            with pytest.raises(BadInputError, match="the database holds no items"):
                build_figure(empty, options)


def test_undated_items_alone_make_no_time_series(tmp_path: Path) -> None:
    fill(tmp_path / "undated.db", TEN)
    with closing(sqlite3.connect(tmp_path / "undated.db")) as connection:
        connection.execute("UPDATE items SET published = NULL")
        connection.commit()
    with closing(open_for_reading(tmp_path / "undated.db")) as connection:
        with pytest.raises(BadInputError, match="no item has a known date"):
            build_figure(connection, FigureOptions(("year",)))
        assert build_figure(connection, FigureOptions(("type",))).rows


def test_a_time_series_has_every_period_and_counts_undated_items(tmp_path: Path) -> None:
    days = [datetime.date(2020, 3, 1), datetime.date(2020, 7, 9), datetime.date(2020, 3, 2)]
    stories = [
        dataclasses.replace(story, published=day) for story, day in zip(make_stories(3), days, strict=True)
    ]
    fill(tmp_path / "gaps.db", stories)
    with closing(sqlite3.connect(tmp_path / "gaps.db")) as connection:
        connection.execute("UPDATE items SET published = NULL WHERE published = '2020-03-02'")
        connection.commit()
    with closing(open_for_reading(tmp_path / "gaps.db")) as connection:
        found = build_figure(connection, FigureOptions(("month",)))
        of_period = build_figure(connection, FigureOptions(("month",), Query(since="2020-05")))
    assert [(row["month"], row["items"]) for row in found.rows] == [
        ("2020-03", 1), ("2020-04", 0), ("2020-05", 0), ("2020-06", 0), ("2020-07", 1),
    ]  # fmt: skip
    assert "3 items, published 2020-03-01 to 2020-07-09. 1 without a date are not shown." in found.notes
    assert [(row["month"], row["items"]) for row in of_period.rows] == [
        ("2020-05", 0), ("2020-06", 0), ("2020-07", 1),
    ]  # fmt: skip


@pytest.mark.parametrize("by", [("month", "office"), ("office", "month")])
def test_a_time_series_combines_rare_offices(reading: sqlite3.Connection, by: tuple[str, ...]) -> None:
    found = build_figure(reading, FigureOptions(by, top=3))
    names = list(dict.fromkeys(row["office"] for row in found.rows))
    ranked = counts.most_frequent(reading, "office", Query())
    assert names == [*ranked[:3], counts.OTHER, None]
    assert found.title == f"Items by {by[0]} and {by[1]}"
    assert any(f"combines the {len(ranked) - 3} offices with the fewest items" in one for one in found.notes)
    printed = counts.count_items(reading, ["office"], Query(), {"office": ranked[:3]})
    for row in printed:
        line = [one["items"] for one in found.rows if one["office"] == row["office"]]
        assert sum(line) == row["items"]
    assert {len([one for one in found.rows if one["office"] == name]) for name in names} == {7}


def test_a_single_rare_group_keeps_its_name(reading: sqlite3.Connection) -> None:
    types = len(counts.most_frequent(reading, "type", Query()))
    for top in (types - 1, types):
        found = build_figure(reading, FigureOptions(("type",), top=top))
        assert counts.OTHER not in [row["type"] for row in found.rows]
    found = build_figure(reading, FigureOptions(("type",), top=types - 2))
    assert counts.OTHER in [row["type"] for row in found.rows]


def test_a_matrix_has_frequent_labels_and_says_how_many_items_it_shows(reading: sqlite3.Connection) -> None:
    found = build_figure(reading, FigureOptions(("office", "topic"), top=4))
    assert {row["office"] for row in found.rows} <= set(counts.most_frequent(reading, "office", Query())[:4])
    assert all(row["topic"] not in (None, counts.OTHER) for row in found.rows)
    keep = {name: counts.most_frequent(reading, name, Query())[:4] for name in ("office", "topic")}
    shown = counts.count_among(reading, Query(), keep)
    assert 0 < shown < 600
    assert any(f"{shown} of them are shown" in note for note in found.notes)
    notes = " ".join(build_figure(reading, FigureOptions(("office", "topic"), top=1)).notes)
    assert "those with the most frequent office and the most frequent topic." in notes


def test_shares_are_percentages_of_the_items_of_each_period(reading: sqlite3.Connection) -> None:
    found = build_figure(reading, FigureOptions(labels=True))
    shares = {row["year"]: row for row in counts.label_shares(reading, "year", Query())}
    assert {row["label"] for row in found.rows} == {"type", "office", "topic", "dateline", "teaser"}
    for row in found.rows:
        assert row["percent"] == shares[row["year"]][row["label"]]


def test_the_notes_have_filter_source_and_date(reading: sqlite3.Connection) -> None:
    filters = Query(offices=["odihr"], topics=["elections"], since="2025-06-01", language="en")
    first, *_, last = build_figure(reading, FigureOptions(("month",), filters)).notes
    assert first == (
        "Filter: office: OSCE Office for Democratic Institutions and Human Rights; topic: Elections; "
        "published since 2025-06-01; language: en."
    )
    assert last.startswith("Source: www.osce.org, read on 2025-11-30 with osce-news ")
