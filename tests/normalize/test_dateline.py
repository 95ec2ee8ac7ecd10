"""Datelines at the beginning of teasers, and sentences that are not datelines."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osce_news.normalize import clean, find_places, parse_date, parse_dateline
from osce_news.normalize.vocabulary import vocabulary
from tests.newsroom.values import printed_rows
from tests.normalize.test_dates import by_hand

# Dateline, places and date: each form that was seen in the newsroom.
FORMS: tuple[tuple[str, str, str | None], ...] = (
    ("VIENNA, 15 March 2022 –", "VIENNA", "2022-03-15"),
    ("BAKU, 7 May 2002 -", "BAKU", "2002-05-07"),
    ("SKOPJE, 3 June 2001 --", "SKOPJE", "2001-06-03"),
    ("SKOPJE, 3 June 2001 (OSCE)--", "SKOPJE", "2001-06-03"),
    ("BERN, 16 February 2014-", "BERN", "2014-02-16"),
    ("VIENNA, 15 March 2022 —", "VIENNA", "2022-03-15"),
    ("VIENNA/WARSAW, 5 May 2017 –", "VIENNA|WARSAW", "2017-05-05"),
    ("TIRANA / BRUSSELS / GENEVA – 6 October 2020.", "TIRANA|BRUSSELS|GENEVA", "2020-10-06"),
    ("STRASBOURG, VIENNA, WARSAW, 9 May 2019 –", "STRASBOURG|VIENNA|WARSAW", "2019-05-09"),
    ("OSH, Kyrgyzstan, 14 March 2006-", "OSH", "2006-03-14"),
    ("OSH, KYRGYZSTAN, 14 March 2006-", "OSH", "2006-03-14"),
    ("12 June 2025, Sarajevo –", "Sarajevo", "2025-06-12"),
    ("TASHKENT/NEW YORK/VIENNA, February 28, 2022-", "TASHKENT|NEW YORK|VIENNA", "2022-02-28"),
    ("ZAGREB, 17 October, 2000 --", "ZAGREB", "2000-10-17"),
    ("WARSAW, 10 MAY 2002-", "WARSAW", "2002-05-10"),
    ("WARSAW/VIENNA, 30 June –", "WARSAW|VIENNA", None),
    ("BISHKEK, 12 April-", "BISHKEK", None),
    ("TBILISI, 26 October 2013 (Georgian and Spanish versions below.) –", "TBILISI", "2013-10-26"),
    ("ВЕНА, 6 марта 2023 года-", "ВЕНА", "2023-03-06"),
    ("YERAVAN, 5 May 2017 –", "YERAVAN", "2017-05-05"),
    ("SKOPE, 30 August, 2002 --", "SKOPE", "2002-08-30"),
    ("TBLISI, 5 May 2017 –", "TBLISI", "2017-05-05"),
    ("PRISHTINË/PRIŠTINA, 1 December 2013 –", "PRISHTINË|PRIŠTINA", "2013-12-01"),
    ("THE HAGUE, 1 December 2013 –", "THE HAGUE", "2013-12-01"),
    ("MAZAR-E-SHARIF, 1 December 2013 –", "MAZAR-E-SHARIF", "2013-12-01"),
    ("Vienna and Warsaw, 5 May 2017 –", "Vienna|Warsaw", "2017-05-05"),
    ("VIENNA, 5-6 May 2020 –", "VIENNA", None),
    ("VIENNA, 31 February 2020 –", "VIENNA", None),
    ("ST. PETERSBURG, 6 July 2015 –", "ST. PETERSBURG", "2015-07-06"),
)


@pytest.mark.parametrize("behind", [" The OSCE", "The OSCE", " “We", " On 3 March 2022, 9 May 2021 – x", ""])
@pytest.mark.parametrize(("raw", "places", "date"), FORMS)
def test_each_form_gives_places_and_date(raw: str, places: str, date: str | None, behind: str) -> None:
    found = parse_dateline(raw + behind)
    assert found is not None
    assert found == (raw, tuple(places.split("|")), date)


@pytest.mark.parametrize(("raw", "places", "date"), FORMS)
def test_each_place_of_these_forms_is_known(raw: str, places: str, date: str | None) -> None:
    assert [term.raw for term in find_places(tuple(places.split("|"))) if term.id is None] == []


def test_misspelt_and_paired_names_mean_the_place() -> None:
    names = ("YERAVAN", "SKOPE", "TBLISI", "PRISHTINË", "PRIŠTINA", "ВЕНА", "Sarajevo")
    ids = [term.id for term in find_places(names)]
    assert ids == ["yerevan", "skopje", "tbilisi", "pristina", "pristina", "vienna", "sarajevo"]


SENTENCES = (
    "Media freedom, 3 May 2021 – a day to remember",
    "On 3 May 2021 – World Press Freedom Day – the Representative spoke",
    "In Vienna, 3 May 2021 – the day of the meeting",
    "Friday, 3 May 2021 – the meeting begins",
    "Georgia, 3 May 2021 – elections",
    "President Smith, 3 May 2021 – he said",
    "The Mission to Skopje, 3 May 2021 – a day",
    "Tashkent to host conference, 3 May 2021 – a day",
    "Some days in May, 3 May 2021 – and others",
    "May 3, 2021 – a day to remember",
    "15 March 2022 – the day of the meeting",
    "15 March 2022, the day of the meeting – began well",
    "15 March 2022, The Head of Mission – began well",
    "Participants – 6 October 2020. More follow",
    "Vienna is the place. On 15 March 2022 – x",
    "VIENNA – The OSCE",
    "VIENNA, 15 March 2022 The OSCE",
    "VIENNA, 15 March 2022: The OSCE",
    "VIENNA: 15 March 2022 – The OSCE",
    "VIENNA, March 2022 – The OSCE",
    "VIENNA, 15.03.2022 – The OSCE",
    "“VIENNA, 15 March 2022 – The OSCE",
    "Kamensk-Shakhtinskiy, Russian Federation.",
    "A OSCE workshop on 15 March 2022 – the first",
    # A full stop in the place, or six words.
    "THE MEETING IS OVER. NOWHERE, 6 July 2015 – The OSCE",
    "Statement of the Chair. NOWHERE, 6 July 2015 – The OSCE",
    "ONE TWO THREE FOUR FIVE SIX, 6 July 2015 – The OSCE",
    "",
    " ",
    "–",
    None,
)


@pytest.mark.parametrize("teaser", SENTENCES)
def test_a_sentence_is_no_dateline(teaser: str | None) -> None:
    assert parse_dateline(teaser) is None


NOTICES = (
    "PLEASE FIND BELOW A STATEMENT BY THE DIRECTOR ON THE EVENTS OF SUNDAY",
    "PLEASE FIND BELOW A STATEMENT.",
    "Please find below the statement of the Director:",
    "CORRECTION:",
    "CHECK AGAINST DELIVERY –",
    "(UPDATED)",
)


@pytest.mark.parametrize("notice", NOTICES)
@pytest.mark.parametrize("raw", ["WARSAW, 6 July 2015 -", "NEW YORK/WARSAW, 6 July 2015 –"])
def test_a_notice_before_a_dateline_is_no_place(notice: str, raw: str) -> None:
    found = parse_dateline(f"{notice} {raw} The OSCE")
    assert found == (raw, tuple(raw.split(",")[0].split("/")), "2015-07-06")


# The only datelines of the values file with a name that is not a place: the country after it.
WITH_COUNTRY = {
    "OSH, Kyrgyzstan": ("OSH",),
    "KHUJAND, Tajikistan": ("KHUJAND",),
    "FAROB, Tajikistan": ("FAROB",),
    "QABALA, Azerbaijan": ("QABALA",),
    "KHARKOV/STANYTSIA LUHANSKA, Ukraine": ("KHARKOV", "STANYTSIA LUHANSKA"),
}
NO_DATELINE = "Kamensk-Shakhtinskiy, Russian Federation."


def printed_datelines() -> list[dict[str, Any]]:
    return [row for row in printed_rows() if "dateline" in row and row["dateline"] != NO_DATELINE]


def test_all_284_printed_datelines_are_read_as_printed() -> None:
    rows = printed_datelines()
    assert len(rows) == 284
    assert {row["place"] for row in rows} >= set(WITH_COUNTRY)
    for row in rows:
        split = tuple(re.split(r" ?/ ?|, ", row["place"]))
        places = WITH_COUNTRY.get(row["place"], split)
        expected = (row["dateline"], places, by_hand(row["dateline_date"]))
        assert parse_dateline(row["dateline"]) == expected
        assert parse_dateline(f"{row['dateline']} The OSCE") == expected
    assert [row["dateline"] for row in rows if by_hand(row["dateline_date"]) is None] == [
        "BISHKEK, 12 April-",
        "SARAJEVO, 25 May –",
        "WARSAW/VIENNA, 30 June –",
    ]


def test_each_place_of_all_printed_datelines_is_known() -> None:
    found = [parse_dateline(row["dateline"]) for row in printed_datelines()]
    assert [
        term.raw for one in found if one is not None for term in find_places(one.places) if term.id is None
    ] == []


def test_each_name_of_a_place_is_found_when_it_opens_a_dateline() -> None:
    """As in the vocabulary, and in capitals."""
    lost = []
    for entry in vocabulary("places").entries.values():
        for name in (entry.label, *entry.aliases):
            for form in (name, name.upper()):
                dateline = parse_dateline(f"{form}, 15 March 2022 – The OSCE")
                found = [term.id for term in find_places(dateline.places)] if dateline else None
                if found != [entry.id]:
                    lost.append((entry.id, form, found))
    assert lost == []


@pytest.mark.parametrize("behind", [".", " –", " -", "--"])
@pytest.mark.parametrize("dash", [" – ", " — ", " - ", " -- ", "- "])
def test_a_dash_between_place_and_day_is_no_part_of_the_place(dash: str, behind: str) -> None:
    raw = f"TIRANA{dash}6 October 2020{behind}"
    assert parse_dateline(f"{raw} The OSCE") == (raw, ("TIRANA",), "2020-10-06")


PIECES = (
    *"VIENNA Vienna ВЕНА OSH Kyrgyzstan TIRANA and The A İ 15 5-6 2022 March мая года ( (OSCE) )".split(),
    *(", ", "/", " / ", " – ", "- ", "--", " — ", ".", ":", " ", "15 March 2022", "March 15, 2022", "“"),
)


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=14).map("".join)))
@settings(max_examples=400)
def test_any_teaser_has_a_dateline_or_none(text: str) -> None:
    teaser = clean(text)
    found = parse_dateline(teaser)
    if found is None:
        return
    assert teaser is not None
    assert found.raw in teaser  # a notice may stand before it
    assert found.places
    assert all(place in found.raw for place in found.places)
    assert all(place == place.strip(" ,/-–—") != "" for place in found.places)
    assert found.date is None or parse_date(found.date) == found.date


@pytest.mark.parametrize(
    "piece", ["A", "A, ", "A/", "1 ", "A - ", "– ", "VIENNA, 1 May 2020 (", "(", "VIENNA, 1 May 2020", "May "]
)
def test_a_long_teaser_is_read_in_reasonable_time(piece: str) -> None:
    assert parse_dateline(clean(piece * 100_000)) is None
