"""References as other programs read them: the same title, date, institution and address."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest
import rispy
from pybtex.database import parse_string
from pylatexenc.latex2text import LatexNodes2Text

from osce_news.publish.references import Reference, bibtex, csl, of_item, prose, ris
from osce_news.publish.references.model import PUBLISHER
from tests.publish.export.conftest import HOSTILE

ITEM: dict[str, Any] = {
    "id": "514201",
    "url": "https://www.osce.org/cthb/514201",
    "title": "Special Representative calls for action",
    "published": "2022-03-15",
    "content_type": "Press release",
    "offices": [
        "OSCE Office for Democratic Institutions and Human Rights",
        "Forum for Security, Co-operation and More",
    ],
    "topics": ["Combating trafficking in human beings", "Elections"],
    "teaser": "VIENNA, 15 March 2022 – The teaser",
    "language": "en",
    "last_seen": "2022-04-01T12:00:00Z",
}
NOTHING = dict.fromkeys(("published", "content_type", "teaser", "language"))
BARE = {**ITEM, **NOTHING, "id": "7", "offices": [], "topics": []}
TITLES = ["Special Representative calls for action", HOSTILE, "Two\r\nlines\x00 and {an open brace", "ER  - "]
ITEMS = [{**ITEM, "id": str(number), "title": title, "teaser": title} for number, title in enumerate(TITLES)]


def _even(text: str) -> str:
    return " ".join(text.replace("\0", " ").split())


def _plain(latex: str) -> str:
    """What TeX sets, but for the braces and the circumflex, which pylatexenc knows by no name."""
    for name, letter in (("textbraceleft", "\ue000"), ("textbraceright", "\ue001"), ("textasciicircum", "^")):
        latex = latex.replace(f"\\{name}{{}}", letter)
    read: str = LatexNodes2Text().latex_to_text(latex)
    return read.replace("\ue000", "{").replace("\ue001", "}")


@pytest.mark.parametrize("item", [*ITEMS, BARE], ids=lambda item: item["id"])
def test_rispy_reads_what_was_written(item: dict[str, Any]) -> None:
    (entry,) = rispy.loads(ris(of_item(item)))
    reference = of_item(item)
    assert entry["type_of_reference"] == "ELEC"
    assert entry["id"] == f"osce-{item['id']}"
    assert entry["title"] == _even(item["title"])
    assert entry["authors"] == ([name.replace(",", "") for name in item["offices"]] or [PUBLISHER])
    assert entry["urls"] == [item["url"]]
    assert entry["access_date"] == "2022/04/01"
    assert entry.get("date") == (reference.issued and reference.issued.replace("-", "/"))
    assert entry.get("year") == (reference.issued and reference.issued[:4])
    assert entry.get("type_of_work") == item["content_type"]
    assert entry.get("keywords", []) == item["topics"]
    assert entry["publisher"] == PUBLISHER


def test_rispy_reads_all_records_of_a_file() -> None:
    entries = rispy.loads("".join(ris(of_item(item)) for item in [*ITEMS, BARE]))
    assert [entry["id"] for entry in entries] == [f"osce-{item['id']}" for item in [*ITEMS, BARE]]


@pytest.mark.parametrize("item", [*ITEMS, BARE], ids=lambda item: item["id"])
def test_pybtex_reads_what_was_written(item: dict[str, Any]) -> None:
    ((key, entry),) = parse_string(bibtex(of_item(item)), "bibtex").entries.items()
    assert key == f"osce-{item['id']}"
    assert entry.type == "misc"
    assert _plain(entry.fields["title"]) == _even(item["title"])
    names = [_plain(str(person)) for person in entry.persons["author"]]
    assert names == (item["offices"] or [PUBLISHER])
    assert entry.fields["url"] == item["url"]
    assert entry.fields["urldate"] == "2022-04-01"
    assert entry.fields.get("date") == item["published"]
    assert entry.fields.get("month") == ("March" if item["published"] else None)
    assert entry.fields.get("howpublished") == item["content_type"]


@pytest.mark.parametrize("item", [*ITEMS, BARE], ids=lambda item: item["id"])
def test_citeproc_reads_what_was_written(item: dict[str, Any]) -> None:
    from citeproc.source.json import CiteProcJSON

    with warnings.catch_warnings():
        warnings.simplefilter("error")  # it warns of what it does not know
        source = CiteProcJSON(json.loads(json.dumps([csl(of_item(item))])))
    read = source[f"osce-{item['id']}"]
    assert read.type == "webpage"
    assert "".join(map(str, read.title)) == _even(item["title"])
    assert [name["literal"] for name in read.author] == (item["offices"] or [PUBLISHER])
    assert list(read["URL"]) == [item["url"]]
    assert (read.accessed.year, read.accessed.month, read.accessed.day) == (2022, 4, 1)
    assert ("issued" in read) == (item["published"] is not None)
    if item["published"]:
        assert (read.issued.year, read.issued.month, read.issued.day) == (2022, 3, 15)


def test_what_tex_takes_for_its_own_is_escaped_and_braces_match() -> None:
    entry = bibtex(of_item({**ITEM, "title": "a_b & 5% of $1 #2 ~ ^ {"}))
    said = r"a\_b \& 5\% of \$1 \#2 \textasciitilde{} \textasciicircum{} \textbraceleft{}"
    assert f"title = {{{{{said}}}}}," in entry
    assert entry.count("{") == entry.count("}")


def test_csl_says_the_institution_as_a_literal_name() -> None:
    made = csl(of_item(ITEM))
    assert made["author"] == [{"literal": name} for name in ITEM["offices"]]
    assert made["issued"] == {"date-parts": [[2022, 3, 15]]}
    assert made["genre"] == "Press release"
    assert "issued" not in csl(of_item(BARE))


def test_a_line_of_text_names_all_that_is_known() -> None:
    assert prose(of_item(ITEM)) == (
        "OSCE Office for Democratic Institutions and Human Rights & Forum for Security, Co-operation "
        "and More (2022, March 15). Special Representative calls for action [Press release]. "
        "https://www.osce.org/cthb/514201 (accessed 1 April 2022)"
    )
    assert prose(of_item(BARE)).startswith(f"{PUBLISHER} (n.d.). Special Representative")
    assert prose(Reference("k", "T", ("A", "B", "C"), None, None, None)) == "A, B & C (n.d.). T."


def test_the_citation_file_is_valid_and_of_this_version() -> None:
    import yaml  # type: ignore[import-untyped]

    from osce_news import __version__
    from tests.helpers import ROOT

    said = yaml.safe_load(Path(ROOT, "CITATION.cff").read_text(encoding="utf-8"))
    # What the format requires (Citation File Format 1.2.0).
    assert said["cff-version"] == "1.2.0"
    assert all(said[name] for name in ("message", "title", "authors"))
    assert all(set(author) in ({"name"}, {"family-names", "given-names"}) for author in said["authors"])
    assert said["type"] in ("software", "dataset")
    assert said["version"] == __version__
    assert said["license"] == "MIT"
