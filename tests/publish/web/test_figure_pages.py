"""The figure pages draw the same figures as the command."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import re
import shlex
import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from parsel import Selector

from osce_news.publish.figures import FigureOptions, build_figure, drawing_process, render_figure
from osce_news.publish.web.figure_pages import FIGURES
from osce_news.publish.web.server import application
from osce_news.storage.queries import Query
from tests.helpers import run
from tests.publish.web.conftest import Get, node, text_of


def test_a_figure_equals_that_of_the_command(get: Get, reading: sqlite3.Connection) -> None:
    asked = FigureOptions(("year", "office"), Query(types=["press-release"], since="2025-09-01"), top=3)
    address = "/figures.svg?by=year&by=office&type=Press+release&since=2025-09-01&top=3"
    answer = get(address)
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.content == render_figure(build_figure(reading, asked))
    narrow = get(f"{address}&width=350").content
    assert float(ElementTree.fromstring(narrow).attrib["width"]) < 360


@pytest.mark.parametrize(
    "asked", ["by=office&by=topic&office=ODIHR&until=2025-11-01&type=", "by=month&as-of=December+2025"]
)
def test_the_command_on_the_page_draws_the_same_figure(
    get: Get, history: Path, tmp_path: Path, asked: str
) -> None:
    page = get(f"/figures?{asked}").text
    command = re.search(r'<pre tabindex="0"[^>]*>([^<]+)<', page)
    assert command is not None
    shutil.copy(history, tmp_path / "osce-news.db")
    program, *arguments = shlex.split(command[1].replace("&#39;", "'"))
    assert program == "osce-news"
    assert run(*arguments, cwd=tmp_path).status == 0
    drawn = (tmp_path / "figure.svg").read_bytes()
    assert drawn == get(f"/figures.svg?{asked}").content


@pytest.mark.parametrize("title", FIGURES)
def test_each_listed_figure_is_drawn_with_its_numbers(get: Get, title: str) -> None:
    page = get(f"/figures?{FIGURES[title]}")
    assert page.status_code == 200
    rows = list(csv.reader(io.StringIO(get(f"/figures.csv?{FIGURES[title]}").text)))
    shown = text_of(page.text)
    assert f"Numbers ({len(rows) - 1:,})" in shown
    assert " ".join(name or "(not printed)" for name in rows[1]) in shown
    assert ("The first 200 rows" in shown) == (len(rows) > 201)
    assert get(f"/figures.svg?{FIGURES[title]}").status_code == 200


def test_a_year_without_items_has_no_share(snapshot: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(shutil.copy(snapshot, tmp_path / "osce-news.db"))) as connection, connection:
        connection.execute(
            "UPDATE items SET published = '2020' || substr(published, 5) WHERE id = ?", [node(0)]
        )
    datasette = application(tmp_path / "osce-news.db")
    page = asyncio.run(datasette.client.get("/figures?by=year&labels=1")).text
    assert "<td>type</td><td>2021</td><td></td>" in page


def test_a_figure_is_drawn_in_a_process_that_is_started_again_if_it_ends(get: Get) -> None:
    def drawing() -> int:
        return drawing_process().submit(os.getpid).result()

    first = drawing()
    assert first != os.getpid()
    os.kill(first, signal.SIGKILL)
    answer = get("/figures.svg?by=type")
    assert (answer.status_code, "could not be drawn" in answer.text) == (500, True)
    assert get("/figures.svg?by=type").status_code == 200
    assert drawing() not in (first, os.getpid())


def test_png_and_html_are_downloads(get: Get) -> None:
    png = get("/figures.png?by=type&download=1")
    assert png.content.startswith(b"\x89PNG")
    assert "attachment" in png.headers["content-disposition"]
    page = get("/figures.html?by=type")
    assert "attachment" in page.headers["content-disposition"]  # its scripts are not for these pages
    assert "vegaEmbed(" in page.text


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ("office=nowhere", "no office 'nowhere'"),
        ("top=many", "top: not a number from 1: 'many'"),
        ("offcie=odihr", "no filter 'offcie'"),
        ("as-of=2025-11-01", "nothing is known of 2025-11-01"),
        ("as-of=Friday", "as-of: 'Friday' is not a date"),
        ("until=1990-01-01", "nothing to plot: no item matches the filters"),
        ("by=%3Cscript%3Ealert(1)", "no group '<script>alert(1)'"),
    ],
)
def test_bad_input_is_an_error_line(get: Get, asked: str, line: str) -> None:
    for form in ("", ".svg", ".csv"):
        answer = get(f"/figures{form}?{asked}")
        assert answer.status_code == 400
        assert line in text_of(answer.text)
        assert "<script>alert" not in answer.text


def test_a_form_with_an_error_keeps_the_choices(get: Get) -> None:
    form = Selector(get("/figures?by=office&by=month&type=news&since=soon").text).css("form.fields")
    assert form.css("[selected]::attr(value)").getall() == ["office", "month", "news"]
    assert form.css("[name=since]::attr(value)").get() == "soon"


def test_the_form_keeps_all_of_the_query(get: Get) -> None:
    asked = (
        "by=year&office=ODIHR&office=chairpersonship&place=vienna&language=en&search=osce&since=2025&top=3"
        "&as-of=2025-12"
    )
    page = get(f"/figures?{asked}").text
    form = Selector(page).css("form.fields")
    sent = [(menu.attrib["name"], menu.css("[selected]::attr(value)").get()) for menu in form.css("select")]
    sent += [(field.attrib["name"], field.attrib["value"]) for field in form.css("input[value]")]
    sent = [(name, value) for name, value in sent if value and name != "labels"]
    command = re.compile(r'<pre tabindex="0"[^>]*>([^<]+)<')
    assert "--place vienna" in page
    assert command.findall(get(f"/figures?{urlencode(sent)}").text) == command.findall(page)
