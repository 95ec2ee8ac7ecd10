"""The file osce-news.toml."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from osce_news.crawl.config import load_options
from osce_news.errors import BadInputError
from tests.helpers import ROOT

LISTS = ["https://www.osce.org/press-releases", "https://odihr.osce.org/odihr/news"]


def write(folder: Path, text: str) -> Path:
    path = folder / "osce-news.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_file_beside_the_database_gives_lists_and_options(tmp_path: Path) -> None:
    write(
        tmp_path, f"start-url = {LISTS}\nsince = 2024-01-31\nrows = 20\narticles = true\narchive = 'warc'\n"
    )
    options = load_options(db=tmp_path / "a.db")
    assert [each.list_name for each in options.each_list()] == LISTS
    assert (options.since, options.rows, options.articles) == ("2024-01-31", 20, True)
    assert options.archive == tmp_path / "warc"
    assert load_options(db=tmp_path / "sub" / "a.db").rows == 50


def test_the_command_line_wins_and_an_option_that_is_not_given_does_not(tmp_path: Path) -> None:
    path = write(tmp_path, f"start-url = {LISTS}\nrows = 20\ndelay = 15\n")
    options = load_options(db="elsewhere.db", config=path, start_url=(), rows="30", delay=None)
    assert (len(options.lists), options.rows, options.delay) == (2, 30, 15.0)
    assert load_options(db="elsewhere.db", config=path, start_url=LISTS[:1]).lists[1:] == ()


def test_the_example_of_the_documentation_is_read(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "crawling.md").read_text("utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    write(tmp_path, example)
    options = load_options(db=tmp_path / "a.db")
    assert [each.list_name for each in options.each_list()] == LISTS
    assert (options.delay, options.archive, options.max_articles) == (15.0, tmp_path / "archive", 300)
    (scrapy,) = re.findall(r'`-a\s+start_url="(.*?)"`', text)
    assert load_options(db="a.db", start_url=scrapy).lists == options.lists


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("start_url = 'x'", "no option 'start_url'; did you mean 'start-url'?"),
        ("contact = 'x'", "no option 'contact'; set OSCE_NEWS_CONTACT in the environment instead"),
        ("max-page = 3", "no option 'max-page'; did you mean 'max-pages'?"),
        ("db = 'x.db'", "no option 'db'; `osce-news crawl --help` lists them"),
        ("rows = 'many'", "--rows: 'many' is not a whole number"),
        ("rows = true", "--rows: 'True' is not a whole number"),
        ("full = 'perhaps'", "--full: 'perhaps' is neither 1 nor 0"),
        ("start-url = 5", "--start-url: '5' is not an address"),
        ("start-url = [5]", "--start-url: '5' is not a text"),
        ("source = 'feed'", "--source: 'feed' is not one of auto, list, search"),
        ("archive = 1", "--archive: '1' is not a text"),
        ('archive = "a\\u0000b"', r"--archive: 'a\x00b' is not a text"),
        ("since = 1", "since: '1' is not a date"),
        ("search-key = 12345", "--search-key: the value is not a text"),
        ("search-url = ['x']", "--search-url: the value is not a text"),
        ("search-key = 'two words'", "--search-key: a key is one line"),
        ("rows = ", "is not a TOML file"),
    ],
)
def test_what_is_wrong_is_one_line_with_the_name_of_the_file(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(BadInputError) as raised:
        load_options(db=tmp_path / "a.db")
    assert str(raised.value).startswith(str(path))
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "two words" not in str(raised.value)


def test_a_file_that_is_named_must_exist_and_be_text(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"no\.toml: No such file"):
        load_options(db=tmp_path / "a.db", config=tmp_path / "no.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInputError, match="is not a TOML file"):
        load_options(db=tmp_path / "a.db", config=tmp_path / "binary.toml")
