"""Page fixtures: the existing ones are up to date, and a page can be saved as a new one."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from osce_news.archive.capture import Capture
from osce_news.cli.shared import page_fixtures
from osce_news.cli.shared.page_fixtures import case_name, observed, rewrite, without_personal_data
from osce_news.cli.shared.page_fixtures import save as save_page
from osce_news.clock import parse_utc
from osce_news.errors import BadInputError
from tests.newsroom.site import ARTICLES, FIXTURES
from tests.pages.articles import body_of, unknown

ROOT = FIXTURES.parent
FOLDERS = sorted(path for kind in (FIXTURES, ARTICLES) for path in kind.iterdir() if path.is_dir())
AT = "2024-08-05T12:00:00Z"
ITEM, LIST = "https://www.osce.org/odihr/575719", "https://www.osce.org/press-releases?page=3"
OTHER = "https://www.osce.org/who-we-are"


def raw(body: bytes, url: str = ITEM, content_type: str = "text/html") -> Capture:
    return Capture(url, AT, 200, (("Content-Type", content_type),), body, None, Path(), 0)


def save(page: Capture, root: Path, **names: str) -> Path:
    return save_page(page, "made for a test", root, **names)


def listing(case: str) -> bytes:
    return (FIXTURES / case / "page.html").read_bytes()


def test_there_are_fixtures_and_nothing_else() -> None:
    assert len(FOLDERS) >= 40
    assert sorted(path.name for path in ROOT.iterdir()) == ["README.md", "article", "listing", "search"]
    assert [path for kind in (FIXTURES, ARTICLES) for path in kind.iterdir() if not path.is_dir()] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_each_folder_has_a_page_its_origin_and_its_expectation(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == ["expected.json", "meta.json", "page.html"]
    assert (folder / "page.html").read_bytes().rstrip().endswith(b"</html>")
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    assert {"url", "fetched_at", "made"} <= set(meta) <= {"url", "fetched_at", "made", "content_type"}
    assert re.match(r"https://(www|astana|odihr)\.osce\.org/", meta["url"])
    assert parse_utc(meta["fetched_at"])
    assert len(meta["made"]) > 40
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    if folder.parent == ARTICLES:
        assert {"error", "message"} <= set(expected) or {"url", "title", "layout"} <= set(expected)
    else:
        assert set(expected) in ({"next", "last", "records", "quarantined"}, {"error", "message"})


@pytest.mark.parametrize("kind", [FIXTURES, ARTICLES], ids=lambda kind: kind.name)
def test_rewriting_the_expectations_changes_nothing(tmp_path: Path, kind: Path) -> None:
    copy = shutil.copytree(kind, tmp_path / kind.name)
    assert [case.name for case, changed in rewrite([copy]) if changed] == []


def test_each_fixture_is_listed_in_the_readme() -> None:
    readme = (FIXTURES.parent / "README.md").read_text(encoding="utf-8")
    names = {folder.name for folder in FOLDERS if not folder.name.startswith("markup-")}
    assert [name for name in sorted(names) if f"`{name}`" not in readme] == []


def test_a_new_folder_holds_the_page_its_origin_and_what_is_read_from_it(tmp_path: Path) -> None:
    body = body_of("windows-1252")
    folder = save(raw(body), tmp_path)
    expected = json.loads((folder / "expected.json").read_text())
    assert folder == tmp_path / "article" / "575719"
    without, removed = without_personal_data(body)
    assert (folder / "page.html").read_bytes() == without
    assert removed
    meta = json.loads((folder / "meta.json").read_text())
    made = f"A capture: made for a test, except for {removed} e-mail addresses, telephone numbers and keys."
    assert meta == {"url": ITEM, "fetched_at": AT, "made": made}
    assert json.loads((folder / "expected.json").read_text()) == json.loads(json.dumps(observed(folder)))
    assert expected["layout"] == "drupal7-header"
    assert [path.name for path in tmp_path.iterdir()] == ["article"]


def test_a_list_becomes_a_listing_fixture(tmp_path: Path) -> None:
    folder = save(raw(listing("seed"), LIST), tmp_path)
    expected = json.loads((folder / "expected.json").read_text())
    assert folder == tmp_path / "listing" / "press-releases-page-3"
    assert len(expected["records"]) == 7


def test_an_encoding_that_only_the_header_gives_is_kept(tmp_path: Path) -> None:
    body = unknown("<h1>Мосты открыты</h1>" + "<p>Мэры четырёх городов встретились сегодня в школе.</p>" * 9)
    header = "text/html; charset=windows-1251"
    folder = save(raw(body.encode("windows-1251"), content_type=header), tmp_path)
    expected = json.loads((folder / "expected.json").read_text())
    assert expected["title"] == "Мосты открыты"
    assert json.loads((folder / "meta.json").read_text())["content_type"] == header
    page = listing("russian").decode().replace('<meta charset="utf-8">', "")
    folder = save(raw(page.encode("windows-1251", "xmlcharrefreplace"), LIST, header), tmp_path)
    known = json.loads((folder / "expected.json").read_text())
    assert "Пресс-релиз" in known["records"][0]["content_type_raw"]


def test_an_existing_folder_is_left_alone(tmp_path: Path) -> None:
    folder = save(raw(body_of("lists")), tmp_path)
    with pytest.raises(BadInputError, match=r"exists; .* --name"):
        save(raw(body_of("tables")), tmp_path)
    assert (folder / "page.html").read_bytes() == without_personal_data(body_of("lists"))[0]
    assert save(raw(body_of("tables")), tmp_path, name="tables").name == "tables"


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(paths: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(page_fixtures, "rewrite", full)
    with pytest.raises(OSError, match="space"):
        save(raw(body_of("lists")), tmp_path)
    assert list(tmp_path.rglob("*.html")) == []


@pytest.mark.parametrize("name", ["", "..", "a/b", "A", "a b", "-a", "a" * 70, "ä"])
def test_an_invalid_case_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInputError, match="--name"):
        save(raw(body_of("lists")), tmp_path, name=name)


def test_without_the_fixtures_folder_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="--into"):
        save(raw(body_of("lists")), tmp_path / "none")


def test_a_kind_that_neither_page_nor_address_shows_must_be_given(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="--kind"):
        save(raw(body_of("multisite"), OTHER), tmp_path)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (ITEM, "575719"),
        (LIST, "press-releases-page-3"),
        ("https://www.osce.org/", "page"),
        ("https://www.osce.org/ru/node/1/", "1"),
        ("https://www.osce.org/%D0%BC", "page"),
        (f"https://www.osce.org/{'a' * 200}", "a" * 60),
    ],
)
def test_a_case_is_named_after_its_address(url: str, name: str) -> None:
    assert case_name(url) == name


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        (
            "jane.doe@osce.org, j.doe&#64;osce.org, mailto:a%40b.example",
            "name@example.org, " * 2 + "mailto:name@example.org",
        ),
        (
            '<a data-cfemail="543e353a31143b273731">x</a>',
            f'<a data-cfemail="00{b"name@example.org".hex()}">x</a>',
        ),
        ("+43-1-514 36 (0) 6000 and tel:0043151436", "+00-0-000 00 (0) 0000 and tel:0000000000"),
        ('{"apiKey": "s3cr3t-s3cr3t-s3cr3t"}', '{"apiKey": "KEY"}'),
        (
            '<i data-search="{&quot;typesenseApiKey&quot;:&quot;s3cr3ts3cr3ts3cr3t&quot;}">',
            '<i data-search="{&quot;typesenseApiKey&quot;:&quot;xxxxxxxxxxxxxxxxxx&quot;}">',
        ),
        ('<i data-search-key="s3cr3ts3cr3t">', '<i data-search-key="KEY">'),
        (
            "{\\&quot;a\\&quot;: 1, x = '2022', number 0043 151}",
            "{\\&quot;a\\&quot;: 1, x = '2022', number 0043 151}",
        ),
    ],
)
def test_addresses_numbers_and_keys_are_replaced_and_nothing_else(printed: str, kept: str) -> None:
    assert without_personal_data(printed.encode())[0].decode() == kept
