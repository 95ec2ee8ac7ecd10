"""The pages in Chromium, at the width of a desktop and of a phone."""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request, expect, sync_playwright

from osce_news.publish.figures import FigureOptions, build_figure, render_figure
from osce_news.storage import open_for_reading
from tests.publish.web.conftest import EDITED, HOSTILE, READ, STRANGE, node
from tests.publish.web.serving import serving

CHROMIUM = Path("/usr/bin/chromium")
# Without these it contacts Google's hosts at every start.
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
AXE = "axe-core@4"
# The element that has the focus: its address or identifier, and its name.
FOCUSED = "(e => `${e.href || e.id || ''}|${e.name || e.textContent.trim()}`)(document.activeElement)"
WHOLE = "cell => cell.scrollWidth <= cell.clientWidth"
ANYTHING = "document.activeElement !== document.body"
# The colours at the left and right edge of a picture in PNG, below the text of the first row.
EDGES = """async data => {
    const image = new Image(), canvas = document.createElement("canvas");
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    return [3, canvas.width - 4].map(x => [...context.getImageData(x, canvas.height - 6, 1, 1).data]);
}"""
COLOUR = """text => {
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.color = text;
    const numbers = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
    probe.remove();
    return numbers;
}"""
# The pixels between the end of a text and the right edge of its element.
RIGHT_GAP = """element => {
    const text = document.createRange();
    text.selectNodeContents(element);
    return element.getBoundingClientRect().right - text.getBoundingClientRect().right;
}"""
# The fields of a form that overlap another one's line and do not end where it ends.
OUT_OF_LINE = """() => {
    const fields = ".fields select, .fields input:not([type=checkbox]):not([type=hidden])";
    const all = [...document.querySelectorAll(fields)];
    const boxes = all.map(field => [field.name, field.getBoundingClientRect()]);
    return boxes.filter(([, one]) => boxes.some(([, other]) =>
        one.top < other.bottom && other.top < one.bottom && Math.abs(one.bottom - other.bottom) > 1)
    ).map(([name]) => name);
}"""
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


def luminance(colour: list[int]) -> float:
    """Return the relative luminance of a colour in sRGB, as WCAG defines it."""
    parts = (part / 255 for part in colour[:3])
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: list[int], other: list[int]) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_search_from_the_front_page_leads_to_an_item_and_back(visit: Visit) -> None:
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("300 items")
    assert visit.fits()
    visit.page.get_by_role("searchbox").fill("mended OR police")
    visit.page.keyboard.press("Enter")
    title = visit.page.get_by_role("link", name="A title that was mended")
    expect(title.locator("mark")).to_have_text("mended")
    assert visit.fits()
    title.click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("A title that was mended")
    expect(visit.page.locator("#source")).to_have_attribute("href", re.compile(r"^https://www\.osce\.org/"))
    expect(visit.page.locator(".difference ins")).to_contain_text("A title that was mended")
    assert visit.fits()
    visit.page.get_by_role("link", name="Results").click()
    expect(visit.page.locator(f"#item-{node(EDITED)}")).to_be_in_viewport()


@pytest.mark.parametrize(
    "address",
    ["", "?search=police", "?search=police&type=news&since=2025&until=2025", "?search=police&as-of=2025"],
)
def test_the_first_result_is_near_the_box_and_on_the_first_screen(visit: Visit, address: str) -> None:
    visit.page.goto(f"{visit.url}{address}")
    box, first = (visit.page.locator(one).first.bounding_box() for one in ("form.search", ".items li"))
    assert box is not None
    assert first is not None
    if visit.size == "desktop":
        assert first["y"] - (box["y"] + box["height"]) < 200
    assert first["y"] + first["height"] <= SIZES[visit.size][1]


def test_all_can_be_reached_by_the_keyboard_and_is_seen_to_be_reached(visit: Visit) -> None:
    visit.page.goto(f"{visit.url}?search=police")
    visit.page.keyboard.press("Tab")
    expect(visit.page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    reached = {}
    while (name := visit.page.evaluate(FOCUSED)) not in reached and visit.page.evaluate(ANYTHING):
        reached[name] = visit.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        visit.page.keyboard.press("Tab")
    assert {name: style for name, style in reached.items() if style == "none"} == {}
    assert {"search", "since", "until", "as-of", "Search", "newest first", "Next →", "Cite"} <= {
        name.rpartition("|")[2] for name in reached
    }


def test_a_chart_is_drawn_and_the_form_draws_another(visit: Visit) -> None:
    visit.page.get_by_role("link", name="Figures").first.click()
    wait_for_chart(visit)
    assert share_of_ink(visit) > 0.02
    visit.page.get_by_role("link", name="Items by year and office").click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Items by year and office")
    wait_for_chart(visit)
    assert share_of_ink(visit) > 0.01
    assert visit.fits()
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
    wider = "(box => box.scrollWidth > box.clientWidth)(document.querySelector('.figure'))"
    assert visit.page.evaluate(wider) == (visit.size == "phone")
    expect(visit.page.get_by_text("Scroll sideways")).to_be_visible(visible=visit.size == "phone")


def test_a_canned_query_runs_and_a_hostile_title_is_text(visit: Visit) -> None:
    visit.page.get_by_role("link", name="Queries and tables").click()
    visit.page.get_by_role("link", name="Full text by period").click()
    visit.page.get_by_label("Words", exact=True).fill("alert")
    visit.page.get_by_role("button", name="Show").click()
    visit.page.get_by_role("link", name=node(STRANGE), exact=True).click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    visit.page.goto(f"{visit.url}figures?by=office&top=60")
    wait_for_chart(visit)
    expect(visit.page.locator("main details")).to_contain_text("onerror=alert(3)")


def test_a_figure_page_works_offline(browser: Browser, history: Path, tmp_path: Path) -> None:
    connection = open_for_reading(history)
    (tmp_path / "figure.html").write_bytes(
        render_figure(build_figure(connection, FigureOptions(("office",), top=60)), ".html")
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
    context.close()
    assert visit.faults == []


PAGES = {
    "front": "",
    "results": "?search=police&office=odihr&office=secretariat&type=news&since=2025",
    "no-hits": "?search=polise",
    "error": "?since=soon",
    "item": f"items/{node(EDITED)}",
    "hostile": f"items/{node(STRANGE)}",
    "past": "?search=police&as-of=1+December+2025",
    "past-item": f"items/{node(EDITED)}?as-of=2025-12-01",
    "cite": "cite?search=police",
    "queries": "osce-news",
    "ready": "osce-news/full-text?words=police",
    "sql": "osce-news?sql=select+*+from+newsroom",
    "table": "osce-news/newsroom",
    "row": "osce-news/runs/1",
    "figures": "figures?by=year&by=office",
    "matrix": "figures?by=office&by=topic&top=60",
    "nothing": "nothing",
}


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the script of axe-core, which finds faults that keep people from using a page."""
    if shutil.which("npm") is None:
        pytest.skip("no npm: apt-get install npm (.ci/run does)")
    folder = tmp_path_factory.mktemp("axe")
    subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund", "--prefix", folder, AXE], check=True, timeout=300
    )
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 820, 1440])
def test_no_page_is_hard_to_use_or_too_large(
    browser: Browser, url: str, axe: str, width: int, scheme: Any
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    for name, address in PAGES.items():
        answer = page.goto(f"{url}{address}")
        assert answer is not None
        page.wait_for_load_state("networkidle")
        page.evaluate(axe)
        found = page.evaluate(
            "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})"
        )
        serious = [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]]
        assert serious == [], name
        assert len(found["passes"]) > 10
        assert len(answer.body()) < 300_000, name
        assert page.evaluate("document.documentElement.scrollHeight") <= 5_000, name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        assert page.evaluate(f"[...document.querySelectorAll('td')].every({WHOLE})"), name
        if PICTURES:
            page.screenshot(path=str(Path(PICTURES, f"{name}-{width}-{scheme}.png")), full_page=True)
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_tables_show_that_there_is_more_and_fields_and_texts_are_in_line(
    browser: Browser, url: str, scheme: Any
) -> None:
    context = browser.new_context(viewport={"width": 820, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{url}osce-news/newsroom")
    edges = []
    for scrolled in (0, 100_000):
        page.locator(".scroll").evaluate(f"box => box.scrollLeft = {scrolled}")
        picture = base64.b64encode(page.locator(".scroll").screenshot()).decode()
        edges.append(page.evaluate(EDGES, picture))
    paper, shade = page.evaluate("['--paper', '--shade'].map(name => (" + COLOUR + ")(`var(${name})`))")
    (start_left, start_right), (end_left, end_right) = edges
    for shaded, bare in ((start_right, start_left), (end_left, end_right)):
        assert abs(luminance(bare) - luminance(paper)) < 0.01
        assert abs(luminance(shaded) - luminance(paper)) > 0.05
    for selector in ("td", "td a"):
        colour = page.locator(selector).first.evaluate("e => getComputedStyle(e).color")
        text = page.evaluate(COLOUR, colour)
        assert contrast(text, paper) >= 4.5
        assert contrast(text, shade) >= 3
    page.locator("h1").evaluate("e => {e.textContent = 'بيان'}")
    assert page.locator("h1").evaluate(RIGHT_GAP) < 2
    page.goto(f"{url}figures")
    assert page.evaluate(OUT_OF_LINE) == []
    context.close()


def test_a_title_of_any_length_leaves_the_page_short(visit: Visit) -> None:
    long = "element => {element.textContent = 'A very long title '.repeat(2_000)}"
    for address, selectors in (("", [".items h2 a"]), (f"items/{node(READ)}", ["h1", ".citation"])):
        visit.page.goto(f"{visit.url}{address}")
        before = visit.page.evaluate("document.documentElement.scrollHeight")
        for selector in selectors:
            visit.page.locator(selector).first.evaluate(long)
        assert visit.page.evaluate("document.documentElement.scrollHeight") < before + 1_000


def test_a_printed_page_has_the_items_and_no_forms(browser: Browser, url: str) -> None:
    page = browser.new_page()
    page.emulate_media(media="print")
    page.goto(f"{url}?search=police")
    expect(page.locator(".items li").first).to_be_visible()
    for hidden in ("form.search", "#narrow", "nav.pages"):
        expect(page.locator(hidden)).to_be_hidden()
    page.close()
