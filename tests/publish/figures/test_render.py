"""Figures as files: what they show, and how they are written."""

from __future__ import annotations

import dataclasses
import re
import sqlite3
import sys
import zlib
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

import pytest

from osce_news.errors import BadInputError, MissingExtraError, StorageError
from osce_news.publish.figures import (
    Figure,
    FigureOptions,
    build_figure,
    render_figure,
    write_figure,
)
from osce_news.storage import open_for_reading
from osce_news.storage.queries import Query
from tests.generated import fill
from tests.newsroom.samples import TEN

HOSTILE = "</script><img src=x onerror=alert(1)> & \"quoted\" 'office'"
KINDS = [
    FigureOptions(("year",)),
    FigureOptions(("month",)),
    FigureOptions(("office",)),
    FigureOptions(("month", "office")),
    FigureOptions(("office", "topic")),
    FigureOptions(("type", "topic"), top=1),
    FigureOptions(("month",), labels=True),
    FigureOptions(("year", "type"), Query(since="2025-11-01")),
]


def texts(svg: bytes) -> str:
    """Return the visible text of an SVG, with single spaces."""
    words = [" ".join(element.itertext()) for element in ElementTree.fromstring(svg).iter() if "text" in
             element.tag.rsplit("}", 1)[-1]]  # fmt: skip
    return " ".join(" ".join(words).split())


@pytest.mark.parametrize("width", [350, 760])
@pytest.mark.parametrize("options", KINDS, ids=lambda options: f"{options.kind}-{'-'.join(options.by)}")
def test_a_figure_shows_all_names(reading: sqlite3.Connection, options: FigureOptions, width: int) -> None:
    found = build_figure(reading, options)
    shown = texts(render_figure(found, ".svg", width))
    assert "…" not in shown  # what Vega puts where a text is cut
    for text in (found.title, *found.notes):
        assert text in shown
    for name in {row[by] for row in found.rows for by in found.by if by not in ("year", "month")}:
        assert (name or "(not printed)") in shown


def test_figures_are_as_wide_as_requested(reading: sqlite3.Connection) -> None:
    for options in KINDS:
        if options.kind == "matrix":  # its cells have a least size: a page lets it be scrolled
            continue
        for width in (350, 760):
            svg = render_figure(build_figure(reading, options), ".svg", width)
            drawn = float(ElementTree.fromstring(svg).attrib["width"])
            assert 0.85 * width <= drawn <= width + 8, (options, width, drawn)  # what a phone has


def test_bar_lengths_are_proportional_to_the_numbers(reading: sqlite3.Connection) -> None:
    found = build_figure(reading, FigureOptions(("month",)))
    svg = render_figure(found, ".svg").decode()
    drawn = [
        float(match)
        for match in re.findall(r'aria-roledescription="bar" d="M[^"]*v(-?[\d.]+)h', svg)
    ]  # fmt: skip
    items = [row["items"] for row in found.rows]
    assert len(drawn) == len(items) == 7
    scale = max(map(abs, drawn)) / max(items)
    assert [abs(height) / scale for height in drawn] == pytest.approx(items, abs=0.5)


@pytest.mark.parametrize("most", [1, 2, 3])
def test_no_number_of_an_axis_is_there_twice(most: int) -> None:
    rows = [{"year": "2024", "items": most}, {"year": "2025", "items": 0}]
    shown = texts(render_figure(Figure("periods", ("year",), "Items", (), rows))).split()
    assert [text for text in shown if len(text) == 1] == [str(number) for number in range(most + 1)]


def test_a_png_is_sharp_and_not_blank(reading: sqlite3.Connection) -> None:
    body = render_figure(build_figure(reading, FigureOptions(("office", "topic"))), ".png")
    assert body[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = (int.from_bytes(body[start : start + 4], "big") for start in (16, 20))
    assert width > 1200
    data, place = b"", 8
    while place < len(body):
        size = int.from_bytes(body[place : place + 4], "big")
        if body[place + 4 : place + 8] == b"IDAT":
            data += body[place + 8 : place + 8 + size]
        place += size + 12
    assert len(set(zlib.decompress(data))) > 50
    assert height > 400


@pytest.fixture
def hostile(tmp_path: Path) -> Figure:
    """Return a figure whose groups have markup in their names."""
    fill(tmp_path / "hostile.db", [dataclasses.replace(story, offices=(HOSTILE,)) for story in TEN])
    with closing(open_for_reading(tmp_path / "hostile.db")) as connection:
        return build_figure(connection, FigureOptions(("office", "year")))


def test_markup_in_names_is_escaped(hostile: Figure) -> None:
    name = next(row["office"] for row in hostile.rows if row["office"])
    assert "<img src=x" in name
    svg = render_figure(hostile)
    assert name in texts(svg)
    assert b"<img" not in svg
    whole = render_figure(hostile, ".html").decode()
    assert "<img src=x" not in whole
    assert whole.count("<script>") == whole.count("</script>") == 2


def test_a_page_refers_to_no_other_file(hostile: Figure) -> None:
    markup = re.sub(r"<script>.*?</script>", "", render_figure(hostile, ".html").decode(), flags=re.DOTALL)
    assert not re.search(r"src=|href=|url\(|@import|http", markup)


@pytest.mark.parametrize("name", ["figure.gif", "figure", "figure.svg.gz", ".svg"])
def test_an_unknown_suffix_is_refused(hostile: Figure, tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInputError, match=r"ends in \.svg, \.png, \.pdf or \.html"):
        write_figure(hostile, tmp_path / name)


def test_a_missing_folder_and_a_folder_as_file_are_refused(hostile: Figure, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="no such folder"):
        write_figure(hostile, tmp_path / "missing" / "figure.svg")
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(BadInputError, match="is a folder"):
        write_figure(hostile, tmp_path / "folder.svg")


def test_the_former_file_stays(hostile: Figure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "pictures" / "figure.SVG"
    path.parent.mkdir()
    write_figure(hostile, path)
    before = path.read_bytes()
    assert ElementTree.fromstring(before).tag.endswith("svg")

    def full(path: Path, body: bytes) -> int:
        with path.open("wb") as file:
            file.write(body[:10])
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StorageError, match=r"figure\.SVG: the disk is full; nothing was written"):
        write_figure(hostile, path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("module", ["altair", "vl_convert"])
def test_a_missing_extra_is_named(hostile: Figure, monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=rf"{module} not installed: the extra plot has it"):
        render_figure(hostile)
