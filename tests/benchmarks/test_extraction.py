"""The comparison of extractors: what counts as right, and that ours runs as its peers do."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.extraction.__main__ import measure, rows_of_layouts, rows_of_quality, rows_of_speed, table
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
