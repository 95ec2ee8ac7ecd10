"""References as rispy, pybtex and citeproc read them."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest
import rispy
from pybtex.database import parse_string
from pylatexenc.latex2text import LatexNodes2Text

from osce_news.publish.formats.bibtex import entry
from osce_news.publish.formats.csl import item as csl_item
from osce_news.publish.formats.ris import record
from osce_news.publish.references import PUBLISHER, Reference, citation, item_reference
from tests.publish.conftest import HOSTILE

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
    """Return what TeX would print. pylatexenc does not know the braces and the circumflex."""
    for name, letter in (("textbraceleft", "\ue000"), ("textbraceright", "\ue001"), ("textasciicircum", "^")):
        latex = latex.replace(f"\\{name}{{}}", letter)
    read: str = LatexNodes2Text().latex_to_text(latex)
    return read.replace("\ue000", "{").replace("\ue001", "}")


def test_rispy_reads_the_records_of_a_file() -> None:
    items = [*ITEMS, BARE]
    records = rispy.loads("".join(record(item_reference(item)) for item in items))
    for found, item in zip(records, items, strict=True):
        assert found["type_of_reference"] == "ELEC"
        assert found["id"] == f"osce-{item['id']}"
        assert found["title"] == _even(item["title"])
        assert found["authors"] == ([name.replace(",", "") for name in item["offices"]] or [PUBLISHER])
        assert found["urls"] == [item["url"]]
        assert found["access_date"] == "2022/04/01"
        assert found.get("date") == (item["published"] and item["published"].replace("-", "/"))
        assert found.get("year") == (item["published"] and item["published"][:4])
        assert found.get("type_of_work") == item["content_type"]
        assert found.get("keywords", []) == item["topics"]
        assert found["publisher"] == PUBLISHER


@pytest.mark.parametrize("item", [*ITEMS, BARE], ids=lambda item: item["id"])
def test_pybtex_reads_what_was_written(item: dict[str, Any]) -> None:
    ((key, read),) = parse_string(entry(item_reference(item)), "bibtex").entries.items()
    assert key == f"osce-{item['id']}"
    assert read.type == "misc"
    assert _plain(read.fields["title"]) == _even(item["title"])
    names = [_plain(str(person)) for person in read.persons["author"]]
    assert names == (item["offices"] or [PUBLISHER])
    assert read.fields["url"] == item["url"]
    assert read.fields["urldate"] == "2022-04-01"
    assert read.fields.get("date") == item["published"]
    assert read.fields.get("month") == ("March" if item["published"] else None)
    assert read.fields.get("howpublished") == item["content_type"]


@pytest.mark.slow  # needs citeproc
@pytest.mark.parametrize("item", [*ITEMS, BARE], ids=lambda item: item["id"])
def test_citeproc_reads_what_was_written(item: dict[str, Any]) -> None:
    from citeproc.source.json import CiteProcJSON

    with warnings.catch_warnings():
        warnings.simplefilter("error")  # it warns of what it does not know
        source = CiteProcJSON(json.loads(json.dumps([csl_item(item_reference(item))])))
    read = source[f"osce-{item['id']}"]
    assert read.type == "webpage"
    assert "".join(map(str, read.title)) == _even(item["title"])
    assert [name["literal"] for name in read.author] == (item["offices"] or [PUBLISHER])
    assert list(read["URL"]) == [item["url"]]
    assert (read.accessed.year, read.accessed.month, read.accessed.day) == (2022, 4, 1)
    assert ("issued" in read) == (item["published"] is not None)
    if item["published"]:
        assert (read.issued.year, read.issued.month, read.issued.day) == (2022, 3, 15)


def test_tex_characters_are_escaped_and_braces_match() -> None:
    written = entry(item_reference({**ITEM, "title": "a_b & 5% of $1 #2 ~ ^ {"}))
    said = r"a\_b \& 5\% of \$1 \#2 \textasciitilde{} \textasciicircum{} \textbraceleft{}"
    assert f"title = {{{{{said}}}}}," in written
    assert written.count("{") == written.count("}")


def test_csl_has_institutions_as_literal_names() -> None:
    made = csl_item(item_reference(ITEM))
    assert made["author"] == [{"literal": name} for name in ITEM["offices"]]
    assert made["issued"] == {"date-parts": [[2022, 3, 15]]}
    assert made["genre"] == "Press release"
    assert "issued" not in csl_item(item_reference(BARE))


def test_a_citation_has_all_known_values() -> None:
    assert citation(item_reference(ITEM)) == (
        "OSCE Office for Democratic Institutions and Human Rights & Forum for Security, Co-operation "
        "and More (2022, March 15). Special Representative calls for action [Press release]. "
        "https://www.osce.org/cthb/514201 (accessed 1 April 2022)"
    )
    assert citation(item_reference(BARE)).startswith(f"{PUBLISHER} (n.d.). Special Representative")
    assert citation(Reference("k", "T", ("A", "B", "C"), None, None, None)) == "A, B & C (n.d.). T."


def test_citation_cff_is_valid_and_has_this_version() -> None:
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
