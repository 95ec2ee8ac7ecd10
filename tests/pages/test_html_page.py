"""Pages that would keep the parser busy for minutes."""

from __future__ import annotations

import time

import pytest

from osce_news.errors import LayoutError
from osce_news.pages.html_page import HtmlPage
from tests.helpers import html_of
from tests.newsroom.samples import TEN

HTML = html_of(TEN)
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
    assert page.selector.css("dt").get()
