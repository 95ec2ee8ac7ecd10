"""A page's text from its bytes, and its elements: what is removed, addresses, pages that are too large."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osce_news.errors import LayoutError
from osce_news.pages.html_page import HtmlPage, decode, join_address
from osce_news.pages.text_lines import text_of
from tests.helpers import html_of
from tests.newsroom.samples import TEN
from tests.pages.articles import URL

HTML = html_of(TEN)
META = '<meta charset="{}">'
NAMES = " ".join(f"a{number}" for number in range(200_000))
MANY = {
    "bare": f"<p {NAMES}>",
    "with values": "<p " + NAMES.replace(" ", "='>' ") + ">",
    "without spaces": "<p " + NAMES.replace(" ", '="<"') + ">",
    "an odd quote": f"<p ' {NAMES}>",
    "an open value": f"<p {NAMES} x='>",
    "of several elements": f"<p {NAMES[:120_000]}>" * 100,
    "parted by slashes": "<p/" + NAMES.replace(" ", "/") + ">",
}


@pytest.mark.parametrize("tag", MANY.values(), ids=MANY)
def test_attributes_that_would_take_minutes_are_refused_at_once(tag: str) -> None:
    started = time.process_time()
    page = HtmlPage(HTML.replace("</body>", f"{tag}</body>"), "https://www.osce.org/press-releases")
    assert time.process_time() - started < 5
    with pytest.raises(LayoutError, match="attributes"):
        page.refuse_other_pages("list")


@pytest.mark.parametrize("depth", [300, 3_000])
def test_elements_nested_too_deep_are_refused_and_never_read(depth: int) -> None:
    page = HtmlPage(HTML.replace("</body>", f"{'<div>' * depth}</body>"), URL)
    assert len(page.root) == 0  # whatever asks for its elements before
    with pytest.raises(LayoutError, match="at most 256 nested elements"):
        page.refuse_other_pages("list")


@pytest.mark.parametrize(
    "tag",
    [
        f"<p {NAMES[:20_000]}>",
        f'<img src="data:image/png;base64,{"iVBORw0KGgo= " * 20_000}">',
        f"<path d='{'M 1 2 L 3 4 ' * 20_000}'>",
        f"<p>{'if a < b, that is all. ' * 5_000}</p>",
        f"<!-- {NAMES} -->",
    ],
    ids=["some attributes", "an image", "a path", "text", "a comment"],
)
def test_long_values_and_texts_are_no_attributes(tag: str) -> None:
    page = HtmlPage(HTML.replace("</body>", f"{tag}</body>"), "https://www.osce.org/press-releases")
    page.refuse_other_pages("list")
    assert page.find("dt")


def pruned(html: str) -> str:
    """The text that is left of a page after pruning."""
    tree = HtmlPage(f"<html><body>{html}</body></html>", URL)
    tree.prune()
    return text_of(tree.root)


@pytest.mark.parametrize(
    "around",
    [
        "<script>a()</script>",
        "<style>p {}</style>",
        "<noscript>a</noscript>",
        "<template><p>a</p></template>",
        "<nav>a</nav>",
        "<aside>a</aside>",
        "<footer>a</footer>",
        "<form>a</form>",
        "<iframe>a</iframe>",
        "<!-- a -->",
        "<p hidden>a</p>",
        '<p style="display : none">a</p>',
        '<p style="color:red; visibility:hidden">a</p>',
        '<p aria-hidden="true">a</p>',
        '<div role="navigation">a</div>',
        '<div class="share-links">a</div>',
        '<div class="block block-addtoany">a</div>',
        '<ol class="breadcrumb">a</ol>',
        '<div id="sidebar">a</div>',
        '<p class="element-invisible">a</p>',
        '<div class="related-items">a</div>',
    ],
)
def test_what_is_no_text_is_taken_out_and_what_follows_it_stays(around: str) -> None:
    assert pruned(f"<p>b</p>{around}c") == "b c"
    tree = HtmlPage(f"<body><p>b</p>{around}c</body>", URL)
    assert [
        text_of(e) for e in tree.find("p, div, nav") if tree.is_boilerplate(e) and text_of(e) == "b"
    ] == []


@pytest.mark.parametrize(
    "seen",
    [
        '<div class="shared-history">a</div>',
        '<div class="content-menus">a</div>',
        '<p style="display:block">a</p>',
        '<p aria-hidden="false">a</p>',
        '<div role="main">a</div>',
        '<div class="pane-content">a</div>',
    ],
)
def test_a_name_that_only_looks_like_one_of_these_stays(seen: str) -> None:
    assert pruned(seen) == "a"


@pytest.mark.parametrize("inside", ["<h1>a</h1>", "<main>a</main>", '<div class="node-content">a</div>'])
def test_what_the_text_stands_in_is_no_menu_whatever_it_is_called(inside: str) -> None:
    assert pruned(f'<div class="with-sidebar" id="menu">{inside}</div>') == "a"


def test_what_stands_around_is_known_before_it_is_taken_out() -> None:
    tree = HtmlPage('<body><div class="related"><b>a</b></div><footer><i>b</i></footer><u>c</u></body>', URL)
    assert [tree.is_boilerplate(element) for element in tree.find("b, i, u")] == [True, True, False]


@pytest.mark.parametrize(
    ("href", "address"),
    [
        ("/node/1", "https://www.osce.org/node/1"),
        ("2", "https://www.osce.org/odihr/2"),
        ("//astana.osce.org/node/3", "https://astana.osce.org/node/3"),
        (" https://example.org/a b ", "https://example.org/a b"),
        ("#top", None),
        ("", None),
        (None, None),
        ("javascript:print()", None),
        ("mailto:a@b", None),
        ("http://[", None),
        ("http://a:99999999/", None),
        (URL, None),
    ],
)
def test_an_address_is_made_absolute_or_is_none(href: str | None, address: str | None) -> None:
    assert HtmlPage("<p>a</p>", URL).address(href) == address


@pytest.mark.parametrize(
    ("href", "address"),
    [
        ("/odihr/1?page=3", None),
        ("https://www.osce.org/odihr/1?page=3#main", None),
        ("odihr/1?page=4#main", "https://www.osce.org/odihr/1?page=4#main"),
        ("/", "https://www.osce.org/"),
    ],
)
@pytest.mark.parametrize(
    "url", ["https://www.osce.org/odihr/1?page=3", "https://a:b@www.osce.org/odihr/1?page=3#x"]
)
def test_a_page_with_a_base_is_itself_and_not_its_base(url: str, href: str, address: str | None) -> None:
    assert HtmlPage('<base href="https://www.osce.org/"><p>a</p>', url).address(href) == address


@pytest.mark.parametrize("href", ["/node/1", "/node/1?a"])
@pytest.mark.parametrize(
    ("base", "site"),
    [("https://a:b@h/x", "https://h"), ("http://h:80/", "http://h:80"), ("", None), ("ftp://h/", None)],
)
def test_an_address_has_no_password_and_a_host(base: str, site: str | None, href: str) -> None:
    assert join_address(base, href) == (site and site + href)


def test_addresses_are_relative_to_the_base_that_the_page_names() -> None:
    assert HtmlPage('<base href="/ru/"><p>a</p>', URL).address("node/1") == "https://www.osce.org/ru/node/1"
    assert HtmlPage('<base href="http://["><p>a</p>', URL).address("1") == "https://www.osce.org/odihr/1"


@pytest.mark.parametrize(
    ("declared", "language"), [(" sr-Latn-RS ", "sr-Latn-RS"), ("EN", "EN"), (" ", None)]
)
def test_the_language_is_kept_as_the_page_declares_it(declared: str, language: str | None) -> None:
    assert HtmlPage(f'<html lang="{declared}"><p>Text</p></html>', URL).language == language


def test_a_selector_without_a_match_gives_nothing() -> None:
    tree = HtmlPage("<p> a  b </p>", URL)
    assert (tree.find("h1"), tree.first("h1::text"), tree.first("p::text")) == ([], None, "a b")


def test_an_address_that_a_script_shows_is_read_as_a_reader_sees_it() -> None:
    hidden = bytes(byte ^ 0x54 for byte in b"press@example.org").hex()
    html = f'<p>Write to <a data-cfemail="54{hidden}">[email&#160;<b>protected</b>]</a> or call.</p>'
    assert text_of(HtmlPage(html, URL).root) == "Write to press@example.org or call."
    assert "protected" in text_of(HtmlPage(html.replace("54", "5x", 1), URL).root)


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
