"""The pages in Chromium, at the width of a desktop and of a phone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request, expect, sync_playwright

from osce_news.publish.figures import FigureOptions, build_figure, render_page
from osce_news.storage import open_for_reading
from tests.publish.web.conftest import EDITED, HOSTILE, STRANGE, node
from tests.publish.web.serving import serving

CHROMIUM = Path("/usr/bin/chromium")
# Without these it contacts Google's hosts at every start.
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
PICTURES = os.environ.get("OSCE_NEWS_SCREENSHOTS")  # a folder for screenshots

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(), reason=f"no {CHROMIUM}: apt-get install chromium (.ci/run does)"
)


@dataclass
class Visit:
    """A browser page that may only load from this server, and the errors that occurred in it."""

    page: Page
    url: str
    size: str
    faults: list[str] = field(default_factory=list)

    def keep(self, name: str) -> None:
        if PICTURES:
            self.page.screenshot(path=str(Path(PICTURES, f"{self.size}-{name}.png")), full_page=True)

    def fits(self) -> bool:
        """Whether the page is no wider than the screen."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return the browser."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def url(history: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of the pages."""
    with serving(history, tmp_path_factory.mktemp("temporary")) as server:
        yield server.url


@pytest.fixture(params=SIZES)
def visit(browser: Browser, url: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Return a browser page that shows the front page; fail if it has errors in the end."""
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height})
    visit = Visit(context.new_page(), url, request.param)
    watch(visit)
    visit.page.goto(url)
    yield visit
    context.close()
    assert visit.faults == []


def watch(visit: Visit) -> None:
    """Record errors in a page; block and record requests to other hosts."""

    def failed(request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # a page that is left need not come to its end
            visit.faults.append(f"failed: {request.url}: {request.failure}")

    def passes(route: Any) -> None:
        if urlsplit(route.request.url).netloc == urlsplit(visit.url).netloc:
            route.continue_()
        else:
            visit.faults.append(f"asked {route.request.url}")
            route.abort()

    def dismissed(dialog: Dialog) -> None:
        visit.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    visit.page.context.route("**/*", passes)
    visit.page.on("console", lambda message: visit.faults.append(f"{message.type}: {message.text}"))
    visit.page.on("pageerror", lambda error: visit.faults.append(f"error: {error}"))
    visit.page.on("requestfailed", failed)
    visit.page.on("dialog", dismissed)


def wait_for_chart(visit: Visit) -> None:
    """Wait until the chart is loaded."""
    expect(visit.page.locator("#chart")).to_have_js_property("complete", True, timeout=30_000)
    assert visit.page.evaluate("document.querySelector('#chart').naturalWidth") > 300


def share_of_ink(visit: Visit) -> float:
    """Return the share of the chart's pixels that have the colour of its bars, #1d4e79."""
    share: float = visit.page.evaluate(
        """() => {
            const image = document.querySelector("#chart"), canvas = document.createElement("canvas");
            [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
            const context = canvas.getContext("2d");
            context.drawImage(image, 0, 0);
            const data = context.getImageData(0, 0, canvas.width, canvas.height).data;
            const pixels = new Uint32Array(data.buffer);
            return pixels.filter(pixel => pixel === 0xff794e1d).length / pixels.length;
        }"""
    )
    return share


def test_search_from_the_front_page_leads_to_an_item(visit: Visit) -> None:
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("OSCE newsroom")
    assert visit.fits()
    visit.keep("front")
    visit.page.get_by_placeholder("Search titles, teasers and texts").fill("mended")
    visit.page.get_by_role("button", name="Search").click()
    expect(visit.page.locator(".osce-items li")).to_have_count(1)
    assert visit.fits()
    visit.keep("search")
    visit.page.get_by_role("link", name="A title that was mended").click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("A title that was mended")
    assert visit.page.url.endswith(f"/osce-news/newsroom/{node(EDITED)}")
    expect(visit.page.locator("#source")).to_have_attribute("href", re.compile(r"^https://www\.osce\.org/"))
    expect(visit.page.locator("table")).to_contain_text("A title that was mended")
    assert visit.fits()
    visit.keep("item")


def test_a_facet_narrows_the_items_to_its_count(visit: Visit) -> None:
    visit.page.get_by_role("link", name="All items").click()
    expect(visit.page.locator(".osce-items li")).to_have_count(50)
    visit.keep("items")
    value = visit.page.locator("#facet-topics li").nth(2)
    name, number = re.fullmatch(r"(.*?) (\d+)", value.inner_text()).groups()  # type: ignore[union-attr]
    value.get_by_role("link").click()
    heading = visit.page.locator("h3").first
    expect(heading).to_contain_text(f'{number} rows where topics contains "{name}"')
    assert visit.fits()


def test_a_chart_is_drawn_and_the_form_draws_another(visit: Visit) -> None:
    wait_for_chart(visit)
    assert share_of_ink(visit) > 0.02
    visit.page.get_by_role("link", name="Items by year and office").click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Items by year and office")
    wait_for_chart(visit)
    assert share_of_ink(visit) > 0.01
    assert visit.fits()
    visit.keep("figure")
    visit.page.locator("select[name=by]").first.select_option("month")
    visit.page.locator("select[name=by]").last.select_option("type")
    visit.page.get_by_role("button", name="Draw").click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Items by month and type")
    wait_for_chart(visit)
    assert share_of_ink(visit) > 0.01
    narrow = visit.page.evaluate("document.querySelector('#chart').naturalWidth") < 400
    assert narrow == (visit.size == "phone")


def test_a_wide_matrix_scrolls_within_the_page(visit: Visit) -> None:
    visit.page.goto(f"{visit.url}figures?by=office&by=topic")
    wait_for_chart(visit)
    assert visit.fits()
    wider = "(box => box.scrollWidth > box.clientWidth)(document.querySelector('.osce-figure'))"
    assert visit.page.evaluate(wider) == (visit.size == "phone")
    expect(visit.page.get_by_text("Scroll sideways")).to_be_visible(visible=visit.size == "phone")
    visit.keep("matrix")


def test_a_canned_query_runs_and_a_hostile_title_is_text(visit: Visit) -> None:
    visit.page.get_by_role("link", name="Full text by period").click()
    visit.page.locator("input[name=words]").fill("alert")
    visit.page.get_by_role("button", name="Run SQL").click()
    visit.page.get_by_role("link", name=node(STRANGE), exact=True).click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    visit.keep("hostile")
    visit.page.goto(f"{visit.url}figures?by=office&top=60")
    wait_for_chart(visit)
    expect(visit.page.locator("section details")).to_contain_text("onerror=alert(3)")


def test_a_figure_page_works_offline(browser: Browser, history: Path, tmp_path: Path) -> None:
    connection = open_for_reading(history)
    (tmp_path / "figure.html").write_text(
        render_page(build_figure(connection, FigureOptions(("office",), top=60)))
    )
    connection.close()
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
    visit = Visit(context.new_page(), "", "desktop")
    watch(visit)
    visit.page.goto((tmp_path / "figure.html").as_uri())
    expect(visit.page.locator("#figure svg.marks")).to_be_visible()
    expect(visit.page.locator("#figure")).to_contain_text("onerror=alert(3)")
    bar = visit.page.locator("#figure svg.marks path[aria-roledescription=bar]").first
    expect(bar).to_have_attribute("fill", "#1d4e79")
    bar.hover()
    expect(visit.page.locator("#vg-tooltip-element")).to_contain_text("items")
    visit.keep("page")
    context.close()
    assert visit.faults == []
