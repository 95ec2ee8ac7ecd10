"""The comparison of extractors: what counts as right, and that ours runs as its peers do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.extraction.__main__ import (
    DRIVER,
    measure,
    rows_of_layouts,
    rows_of_quality,
    rows_of_speed,
    table,
)
from benchmarks.extraction.pages import fixture_pages, generated_pages
from benchmarks.extraction.peers import PEERS
from benchmarks.extraction.scoring import Expected, Score, score, total

PAGE = Expected(
    title="A title",
    date="2 August 2024",
    paragraphs=("First of all.", "One line\nand another.", "- a\n- b b\n  - c", "Next", "Last of all."),
    beside=("Contacts", "Anna Example\nSpokesperson", "A caption"),
)
TEXT = "\n\n".join(PAGE.paragraphs)


def of(text: str | None) -> Score:
    return score(PAGE, "A title", "2024-08-02", text)


def test_what_is_expected_is_all_right() -> None:
    assert of(TEXT) == Score(pages=1, paragraphs=5, right=5, titles=1, dates=1, dated=1)


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("\n\n", "\n"),
        TEXT.replace("\n", "\n\n"),
        TEXT.replace("One line\nand", "One line and"),
        TEXT.replace("- a\n- b b\n  - c", "1. a\n2. b b\n3) c"),
        TEXT.replace("- a\n- b b\n  - c", "a\nb b\nc"),
        TEXT.replace("Next", "## Next"),
        TEXT.replace("First of all", "First\u00a0of  all").replace("Last", "> Last"),
        TEXT.replace("\n\n", "\r\n \r\n"),
    ],
)
def test_how_lines_are_broken_and_marked_makes_no_difference(text: str) -> None:
    assert text != TEXT
    assert of(text).right == 5
    assert of(text).foreign == 0


@pytest.mark.parametrize(
    ("text", "right"),
    [
        (None, 0),
        ("", 0),
        (TEXT.replace("First of all.\n\n", ""), 4),
        (TEXT.replace("First of all.", "First of all"), 4),
        (TEXT.replace("First of all.\n\n", "First of all. "), 3),  # two paragraphs in one line
        (TEXT.replace("line\nand", "lineand"), 4),  # words run together
        (TEXT.replace("Next", "Next\n\nmore"), 5),
        (TEXT.replace("- b b\n", ""), 4),
        (TEXT.replace("- b b\n", "- b b\n- x\n"), 4),
    ],
)
def test_a_paragraph_is_right_if_it_is_there_whole_and_by_itself(text: str | None, right: int) -> None:
    assert of(text).right == right


def test_a_line_makes_only_one_paragraph_right() -> None:
    twice = Expected("A title", None, ("Good rules.", "Good rules."))
    assert score(twice, None, None, "Good rules.").right == 1
    assert score(twice, None, None, "Good rules.\nGood rules.").right == 2


def test_cells_and_footnotes_may_be_marked_in_any_way() -> None:
    page = Expected("A title", None, ("Turnout\nNorth | 61 %", "Brief.[1]"))
    assert score(page, None, None, "| Turnout | |\n|---|---|\n| North | 61 % |\nBrief.1").right == 2


def test_lines_of_other_things_are_counted_by_whether_they_belong_to_the_item() -> None:
    around = of(f"A title\n2 August 2024\n{TEXT}\nContacts\nAnna ExampleSpokesperson")
    assert (around.right, around.beside, around.foreign) == (5, 4, 0)
    framed = of(f"Home\n{TEXT}\nShare this: Tweet\n© 2024")
    assert (framed.right, framed.beside, framed.foreign) == (5, 0, 3)


def test_title_and_date_are_right_or_not() -> None:
    found = [
        score(PAGE, title, day, TEXT)
        for title, day in ((" A  title", "2 August 2024"), ("A title | X", None))
    ]
    assert [(one.titles, one.dates) for one in found] == [(1, 1), (0, 0)]
    undated = score(Expected("A title", None, ()), None, None, None)
    assert (undated.dated, undated.dates, undated.titles) == (0, 0, 0)


def test_ours_reads_the_fixtures_and_made_articles_as_a_peer_does(tmp_path: Path) -> None:
    pages = [*fixture_pages(), *generated_pages(tmp_path, 2)]
    ours = [peer for peer in PEERS if not peer.requirements]
    assert [peer.name for peer in ours] == ["ours", "lxml"]
    found, medians = measure(ours, pages, 1, tmp_path)
    one = total(found["ours"])
    assert one.paragraphs > 100
    assert (one.right, one.foreign, one.beside) == (one.paragraphs, 0, 0)
    assert (one.titles, one.dates) == (len(pages), one.dated)
    assert total(found["lxml"]).right == 0
    assert 0 < medians["lxml"]["processor"] < medians["ours"]["processor"]
    assert list(tmp_path.glob("*/bin")) == [], "nothing was installed"

    every = {peer.name: found["ours"] for peer in PEERS}
    rows = list(rows_of_quality(every, [True] * len(pages)))
    assert [row[0] for row in rows] == [peer.label for peer in PEERS[:-1]]
    assert rows[0][1:] == [f"{one.right:,} of {one.right:,} (100.0%)", "0.00", "0.00", "100.0%", "100.0%"]
    kinds = {row[0]: row[1] for row in rows_of_layouts(every, pages)}
    assert (kinds["multisite"], kinds["no-text"]) == ("100.0%", "none there")
    speed = list(rows_of_speed({peer.name: medians["lxml"] for peer in PEERS}))
    assert {row[4] for row in speed} == {"1.0 ×"}
    assert table(["", "a"], iter([["b", "c"]])) == "|  | a |\n| --- | --- |\n| b | c |\n"


def test_no_extractor_opens_a_socket(tmp_path: Path) -> None:
    pages = tmp_path / "pages.json"
    pages.write_text("[]")
    code = (
        f"import sys, runpy; sys.argv = ['driver', 'lxml', {str(pages)!r}]; import socket\n"
        f"runpy.run_path({str(DRIVER)!r}, run_name='__main__')\n"
        "socket.create_connection(('127.0.0.1', 9), timeout=1)"
    )
    done = subprocess.run([sys.executable, "-c", code], input="read\n", capture_output=True, text=True)
    assert json.loads(done.stdout) == []
    assert "no socket is opened here" in done.stderr
