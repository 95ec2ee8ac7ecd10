"""The documentation builds as a site without warnings and broken links, and loads nothing from elsewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from parsel import Selector

from tests.helpers import ROOT

pytestmark = pytest.mark.slow

OUTSIDE = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "fixtures/README.md")
COMMAND = re.findall(
    r"^ *\$ \S*(sphinx-build .*)$", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE
)
FETCHED = ("src", "srcset", "data", "poster", "action", "background")  # and href of <link>


def build(checkout: Path) -> subprocess.CompletedProcess[str]:
    """Build the site with the command that CONTRIBUTING.md shows."""
    (command,) = COMMAND
    arguments = command.split()[1:]
    return subprocess.run(
        [sys.executable, "-m", "sphinx", *arguments],
        cwd=checkout,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the files that the site is built from."""
    copy = tmp_path_factory.mktemp("site") / "checkout"
    shutil.copytree(ROOT / "docs", copy / "docs", ignore=shutil.ignore_patterns("__pycache__"))
    for name in OUTSIDE:
        (copy / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    return copy


@pytest.fixture(scope="module")
def site(checkout: Path) -> Path:
    """Return the folder of the built site."""
    done = build(checkout)
    assert (done.returncode, done.stderr) == (0, "")
    return checkout / "build" / "site"


def pages(site: Path) -> dict[Path, Selector]:
    found = {path: Selector(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    assert len(found) > len(OUTSIDE)
    return found


def addresses(page: Selector) -> Iterator[tuple[str, str, str]]:
    """Yield each address on a page, with the names of its element and attribute."""
    for element in page.root.iter("*"):
        for name, value in element.items():
            if name in (*FETCHED, "href"):
                yield str(element.tag), name, value


def elsewhere(site: Path) -> list[str]:
    """Return the addresses on other hosts that a browser would load."""
    found = [
        f"{path.relative_to(site)}: <{tag}> {address}"
        for path, page in pages(site).items()
        for tag, name, address in addresses(page)
        if (tag != "a" or name != "href") and (urlsplit(address).netloc or urlsplit(address).scheme == "http")
    ]
    asking = re.compile(r"""(?:url\(|@import|\bimport\b|fetch\(|src\s*=)\s*\(?["']?(?:https?:)?//[^\s"')]+""")
    for path in sorted([*site.rglob("*.css"), *site.rglob("*.js"), *site.rglob("*.html")]):
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".html":  # an address in the text is not loaded
            text = "\n".join(Selector(text).xpath("//script/text() | //style/text() | //@style").getall())
        found += [f"{path.relative_to(site)}: {asked}" for asked in asking.findall(text)]
    return found


def test_each_page_of_the_documentation_is_in_the_site(site: Path) -> None:
    sources = [*(ROOT / "docs").glob("*.md"), *(ROOT / name for name in OUTSIDE)]
    for source in sources:
        assert (site / source.relative_to(ROOT)).with_suffix(".html").is_file(), source
    menu = pages(site)[site / "docs" / "README.html"].xpath("//div[@class='sidebar-tree']")
    assert menu.xpath("./p//text()").getall() == ["Collect", "Operate", "Use", "Trust", "Contribute"]
    listed = {(site / "docs" / link).resolve() for link in menu.xpath(".//a/@href").getall()}
    assert len(listed) == len(sources) - 1  # all but the front page itself


def test_no_line_of_a_sentence_is_a_list(site: Path) -> None:
    """A line that begins with "1. " in the middle of a sentence begins a list, which has one entry."""
    lists = {path.name: page.xpath("//ol[count(li) = 1]").getall() for path, page in pages(site).items()}
    assert {name: found for name, found in lists.items() if found} == {}


def test_nothing_is_loaded_from_another_host(site: Path) -> None:
    assert elsewhere(site) == []


def test_the_index_redirects_to_the_front_page(site: Path) -> None:
    (content,) = pages(site)[site / "index.html"].xpath("//meta[@http-equiv]/@content").getall()
    assert (site / content.partition("url=")[2]).is_file()


def test_broken_links_and_unlisted_pages_fail_the_build(checkout: Path, tmp_path: Path) -> None:
    """One build, because it takes seconds; each fault has its own warning."""
    copy = tmp_path / "checkout"
    shutil.copytree(checkout, copy, ignore=shutil.ignore_patterns("build"))
    links = {
        "[a page](nothing.md)": "nothing.md",
        "[a place](data.md#no-such-place)": "no-such-place",
        "[a place on this page](#nor-this-one)": "nor-this-one",
        "[a page outside docs](../fixtures/none.md)": "fixtures/none.md",
        "![a picture](figures/lost.svg)": "figures/lost.svg",
    }
    page = copy / "docs" / "serve.md"
    page.write_text("\n\n".join([page.read_text(encoding="utf-8"), *links]), encoding="utf-8")
    (copy / "docs" / "forgotten.md").write_text("# Forgotten\n", encoding="utf-8")
    done = build(copy)
    assert done.returncode != 0
    warnings = [line for line in done.stderr.splitlines() if "WARNING" in line]
    assert len(warnings) == len(links) + 1, done.stderr
    for named in links.values():
        assert len([line for line in warnings if "serve.md" in line and named in line]) == 1, named
    assert len([line for line in warnings if "forgotten.md" in line and "toctree" in line]) == 1


def test_addresses_on_other_hosts_are_found(site: Path, tmp_path: Path) -> None:
    wrong = (
        '<script src="https://cdn.example.org/a.js"></script>'
        '<style>@import "https://fonts.example.org/a.css";</style>'
    )
    (tmp_path / "wrong.html").write_text(f"<body>{wrong}</body>", encoding="utf-8")
    shutil.copytree(site, tmp_path / "site")
    assert len(elsewhere(tmp_path)) == 2
