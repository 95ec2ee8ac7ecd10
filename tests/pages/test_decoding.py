"""Decoding pages whose declared encoding is right, wrong or missing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osce_news.pages.decoding import decode

META = '<meta charset="{}">'


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "koi8-r", "utf-16"])
def test_a_page_in_the_encoding_of_its_header_is_read_without_a_remark(encoding: str) -> None:
    text = "<p>ВЕНА, 6 марта 2023 года</p>"
    assert decode(text.encode(encoding), f"text/html; charset={encoding}") == (text, None)


def test_a_page_in_the_encoding_of_its_meta_element_is_read_without_a_remark() -> None:
    text = f"{META.format('windows-1251')}<p>Вена</p>"
    assert decode(text.encode("windows-1251")) == (text, None)


def test_windows_1252_called_utf_8_is_read_and_counted() -> None:
    text = f"{META.format('utf-8')}<p>“Café” – Niš</p>"
    assert decode(text.encode("windows-1252")) == (
        text,
        "places that are not UTF-8, as declared, but windows-1252: 4",
    )


@pytest.mark.parametrize("declared", ["utf-8", None])
def test_russian_in_windows_1251_that_does_not_say_so_is_read_as_what_it_is(declared: str | None) -> None:
    head = META.format(declared) if declared else ""
    text = f"{head}<p>ВЕНА, 6 марта — Бюро: «Чёрное море», США и Я»</p>"
    remark = "not UTF-8, as declared, but windows-1251"
    assert decode(text.encode("windows-1251")) == (text, remark)


def test_a_word_of_accents_makes_no_page_russian() -> None:
    text = "<p>“Café”, Ästhetik, ÄÖÜ, naïve, Größe, déjà vu</p>"
    assert decode(text.encode("windows-1252"), "text/html; charset=utf-8")[0] == text


def test_only_the_wrong_bytes_of_a_mixed_page_are_read_as_windows_1252() -> None:
    assert decode("ВЕНА ".encode() + "“é".encode("windows-1252"))[0] == "ВЕНА “é"


@pytest.mark.parametrize("declared", ["windows-1252", "iso-8859-1", "latin1", "windows-1251", "koi8-r"])
def test_utf_8_called_something_else_is_read_as_what_it_is(declared: str) -> None:
    text = f"{META.format(declared)}<p>Prishtinë – Вена</p>"
    read, remark = decode(text.encode())
    assert read == text
    assert remark is not None
    assert remark.endswith(", but UTF-8")


def test_latin_1_that_is_latin_1_has_no_remark() -> None:
    text = f"{META.format('iso-8859-1')}<p>Prishtinë</p>"
    assert decode(text.encode("iso-8859-1")) == (text, None)


def test_a_replacement_character_that_the_page_prints_is_no_fault_of_its_bytes() -> None:
    assert decode("<p>\ufffd</p>".encode()) == ("<p>\ufffd</p>", None)


def test_a_byte_order_mark_is_no_letter() -> None:
    assert decode(b"\xef\xbb\xbf<p>a</p>") == ("<p>a</p>", None)


@pytest.mark.parametrize("name", "base64 bz2 hex idna punycode quopri rot13 undefined uu zlib utf-16".split())
@pytest.mark.parametrize("where", ["header", "meta"])
def test_what_is_no_encoding_of_pages_is_ignored(name: str, where: str) -> None:
    meta = f'<meta charset="{name}">' if where == "meta" else ""
    header = f"text/html; charset={name}" if where == "header" else None
    page = f"<html><head>{meta}</head><p>Café</p></html>"
    if (name, where) != ("utf-16", "header"):
        assert decode(page.encode(), header)[0] == page
    assert isinstance(decode(page.encode(), header)[0], str)


def test_an_unknown_encoding_is_as_none() -> None:
    assert decode("<p>Niš</p>".encode(), "text/html; charset=x-none") == ("<p>Niš</p>", None)


@given(
    st.binary(max_size=300), st.sampled_from([None, "text/html", "text/html; charset=utf-8", "x; charset=\0"])
)
def test_any_bytes_are_text(body: bytes, content_type: str | None) -> None:
    text, _ = decode(body, content_type)
    assert isinstance(text, str)


@given(st.text(max_size=200))
def test_utf_8_comes_back_as_it_was(text: str) -> None:
    body = text.encode("utf-8", "replace")
    if not body.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")) and "charset" not in text:
        assert decode(body, "text/html; charset=utf-8")[0] == body.decode()
