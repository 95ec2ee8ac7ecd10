"""A page becomes a folder of fixtures, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from osce_news.cli.page_fixtures import Sent, observed, save, saving
from osce_news.cli.page_fixtures.saving import case_name, kind_of
from osce_news.errors import BadInputError
from tests.newsroom.site import FIXTURES
from tests.pages.articles import body_of, unknown

AT = "2024-08-05T12:00:00Z"
ITEM, LIST = "https://www.osce.org/odihr/575719", "https://www.osce.org/press-releases?page=3"
OTHER = "https://www.osce.org/who-we-are"


def sent(body: bytes, url: str = ITEM, content_type: str | None = None) -> Sent:
    return Sent(url, body, AT, "A capture: made for a test, to the byte.", content_type)


def listing(case: str) -> bytes:
    return (FIXTURES / case / "page.html").read_bytes()


def test_the_folder_holds_the_page_its_origin_and_what_is_read_now(tmp_path: Path) -> None:
    body = body_of("windows-1252")
    folder, expected = save(sent(body), tmp_path)
    assert folder == tmp_path / "article" / "575719"
    assert (folder / "page.html").read_bytes() == body
    meta = json.loads((folder / "meta.json").read_text())
    assert meta == {"url": ITEM, "fetched_at": AT, "made": "A capture: made for a test, to the byte."}
    assert json.loads((folder / "expected.json").read_text()) == json.loads(json.dumps(observed(folder)))
    assert expected["layout"] == "drupal7-header"
    assert [path.name for path in tmp_path.iterdir()] == ["article"]


def test_a_list_becomes_a_fixture_of_a_list(tmp_path: Path) -> None:
    folder, expected = save(sent(listing("seed"), LIST), tmp_path)
    assert folder == tmp_path / "listing" / "press-releases-page-3"
    assert len(expected["records"]) == 7


@pytest.mark.parametrize("kind", ["listing", "article"])
def test_a_page_that_is_not_read_yet_is_saved_with_the_error_that_it_gives(tmp_path: Path, kind: str) -> None:
    folder, expected = save(sent(b"<html>new</html>"), tmp_path, kind=kind, name="new")
    assert folder == tmp_path / kind / "new"
    assert expected["error"] == "LayoutError"


def test_an_encoding_that_only_the_header_names_is_kept(tmp_path: Path) -> None:
    body = unknown("<h1>Мосты открыты</h1>" + "<p>Мэры четырёх городов встретились сегодня в школе.</p>" * 9)
    header = "text/html; charset=windows-1251"
    folder, expected = save(sent(body.encode("windows-1251"), content_type=header), tmp_path)
    assert expected["title"] == "Мосты открыты"
    assert json.loads((folder / "meta.json").read_text())["content_type"] == header
    page = listing("russian").decode().replace('<meta charset="utf-8">', "")
    _, known = save(sent(page.encode("windows-1251", "xmlcharrefreplace"), LIST, header), tmp_path)
    assert "Пресс-релиз" in known["records"][0]["content_type_raw"]


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    folder, _ = save(sent(body_of("lists")), tmp_path)
    with pytest.raises(BadInputError, match="is there already"):
        save(sent(body_of("tables")), tmp_path)
    assert (folder / "page.html").read_bytes() == body_of("lists")
    assert save(sent(body_of("tables")), tmp_path, name="tables").folder.name == "tables"


def test_a_page_that_can_not_be_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(paths: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(saving, "rewrite", full)
    with pytest.raises(OSError, match="space"):
        save(sent(body_of("lists")), tmp_path)
    assert list(tmp_path.rglob("*.html")) == []


@pytest.mark.parametrize("name", ["", "..", "a/b", "A", "a b", "-a", "a" * 70, "ä"])
def test_a_name_that_is_no_name_of_a_case_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInputError, match="no name of a case"):
        save(sent(body_of("lists")), tmp_path, name=name)


def test_without_the_folder_of_fixtures_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="--into"):
        save(sent(body_of("lists")), tmp_path / "none")


@pytest.mark.parametrize(
    ("body", "url", "kind"),
    [
        (listing("seed"), OTHER, "listing"),
        (listing("seed"), ITEM, "listing"),
        (listing("empty"), LIST, "listing"),
        (listing("challenge"), LIST, "listing"),
        (body_of("multisite"), LIST, "listing"),  # a changed list may read as a text
        (body_of("drupal7-header"), LIST, "article"),
        (body_of("section-lines"), OTHER, "article"),
        (body_of("soft-404"), OTHER, "article"),
        (body_of("login"), ITEM, "article"),
        (body_of("multisite"), ITEM, "article"),
        (b"", ITEM, "article"),
    ],
)
def test_a_kind_is_told_by_the_page_else_by_its_address(body: bytes, url: str, kind: str) -> None:
    assert kind_of(sent(body, url)) == kind


def test_a_kind_that_neither_tells_has_to_be_named() -> None:
    with pytest.raises(BadInputError, match="--kind"):
        kind_of(sent(body_of("multisite"), OTHER))


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
