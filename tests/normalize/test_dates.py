"""Texts that are dates, and texts that are not."""

from __future__ import annotations

import datetime
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from osce_news.normalize import parse_date
from osce_news.normalize.dates import has_day_and_year, is_day_and_year, place_and_day
from tests.newsroom.dates import ENGLISH, RUSSIAN
from tests.newsroom.values import printed_rows

days = st.dates(datetime.date(1975, 1, 1), datetime.date(2100, 12, 31))

FORMS = {
    "15 March 2022": "{day} {english} {year}",
    "05 March 2022": "{day:02} {english} {year}",
    "15 MARCH 2022": "{day} {capitals} {year}",
    "15 march 2022": "{day} {small} {year}",
    "15 Mar 2022": "{day} {short} {year}",
    "15 Mar. 2022": "{day} {short}. {year}",
    "17 October, 2000": "{day} {english}, {year}",
    "February 28, 2022": "{english} {day}, {year}",
    "February 28 2022": "{english} {day} {year}",
    "6 марта 2023": "{day} {russian} {year}",
    "6 марта 2023 года": "{day} {russian} {year} года",
    "6 марта 2023 г.": "{day} {russian} {year} г.",
    "6 МАРТА 2023": "{day} {russian_capitals} {year}",
    "2022-03-15": "{year}-{month:02}-{day:02}",
    "2022/3/15": "{year}/{month}/{day}",
    "2022.03.15": "{year}.{month:02}.{day:02}",
}


def printed(form: str, day: datetime.date) -> str:
    english, russian = ENGLISH[day.month - 1], RUSSIAN[day.month - 1]
    return FORMS[form].format(
        day=day.day,
        month=day.month,
        year=day.year,
        english=english,
        capitals=english.upper(),
        small=english.lower(),
        short=english[:3],
        russian=russian,
        russian_capitals=russian.upper(),
    )


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=30)
@given(day=days)
@example(day=datetime.date(2022, 3, 4))
@example(day=datetime.date(2024, 2, 29))
def test_every_day_comes_back_from_every_form(form: str, day: datetime.date) -> None:
    assert parse_date(printed(form, day)) == day.isoformat()


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=30)
@given(day=days)
def test_a_page_may_print_a_date_in_every_form(form: str, day: datetime.date) -> None:
    text = printed(form, day)
    assert has_day_and_year(text)
    assert has_day_and_year(f"Published on {text} in Vienna")
    if any(map(str.isalpha, text)):
        assert place_and_day(text) == (None, text)
        assert place_and_day(f"VIENNA, {text}") == ("VIENNA", text)
        assert place_and_day(f"On {text}: a report") is None


@pytest.mark.parametrize("text", ["", "2022 (35)", "15 March", "Friday", "1 2 3", "page 12 of 400"])
def test_a_number_on_a_page_is_not_a_date(text: str) -> None:
    assert not has_day_and_year(text)
    assert not is_day_and_year(text)
    assert place_and_day(text) is None


def test_the_months_of_every_spelling_are_known() -> None:
    for number, names in enumerate(
        (
            "January Jan январь",
            "February Feb февраль",
            "March Mar март",
            "April Apr апрель",
            "May май",
            "June Jun июнь",
            "July Jul июль",
            "August Aug август",
            "September Sep Sept сентябрь",
            "October Oct октябрь",
            "November Nov ноябрь",
            "December Dec декабрь",
        ),
        start=1,
    ):
        for name in names.split():
            assert parse_date(f"7 {name} 2019") == f"2019-{number:02}-07", name


NO_DATES = (
    None,
    *("Friday", "today", "tomorrow", "now", "noon", "yesterday", "March", "2022", "15", "", " ", "-"),
    *("March 2024", "15 March", "15 March 22", "15 March '22", "15 March 02022", "15 March 20222"),
    *("32 Foo 2024", "32 March 2024", "0 March 2024", "31 February 2022", "29 February 2023"),
    *("31 April 2020", "February 30, 2022", "March 0, 2022", "31 февраля 2022"),
    *("15.03.22", "15/03/2022", "03/15/2022", "2022/15/03", "2022/2/30", "2022/3", "20220315", "1647302400"),
    *("2022-13-01", "2022-00-10", "2022-02-30", "2022-3-5", "2022-03", "2022-074", "0022-03-15"),
    *("15 March 2022 and 16 March 2022", "15-16 March 2022", "15 March 2022 - 16 March 2022"),
    *("Friday 15", "Someday, 15 March 2022", "15 March 2022, 10", "15.13.2022", "15-03-2022"),
    *("on 15 March 2022", "15 March 2022 in Vienna", "15th March 2022", "15 of March 2022", "15 Márch 2022"),
    *("15 March 2022 24:00", "15 March 2022 25:61", "15 March 2022 13:00 pm UTC", "2022-03-15T25:00"),
    *("15 March 2022 BC", "15 March 2022 UTC", "-15 March 2022", "+15 March 2022", "1.5 March 2022"),
    *("15 March 2022 " * 100_000, "9" * 1_000_000),
    *("१५ March 2022", "15 March ２０２２", "15 Auguſt 2022", "15 марта 2022 годах", "мая 2022"),
)


@pytest.mark.parametrize("text", NO_DATES, ids=lambda text: str(text)[:40])
def test_what_is_not_one_whole_day_is_none_and_is_not_completed_from_today(text: str | None) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *("15.03.2022", "Friday, 15 March 2022", "Tue 15 March 2022", "вторник, 15 марта 2022"),
        *("15 March 2022, 10:30", "15 March 2022 - 10:30", "Tue, 15.03.2022 - 10:30 CET"),
        *("15 March 2022, 4:30 PM", "March 15, 2022 at 4 p.m.", "15 March 2022 4:30pm CET"),
        *("2022-03-15T12:00:00Z", "2022-03-15T00:00:00+01:00", "2022-03-15 23:59", "2022-03-15T00:00:00Z"),
        *("2022-03-14T23:00:00Z", "2022-03-14T23:00:00.000Z"),  # midnight in Vienna
        *(" 15 March 2022\n", "15\u00a0March\u00a02022", "15  March\t2022", "\u200b15 March 2022"),
    ],
)
def test_weekdays_times_numbers_and_white_space_are_read(text: str) -> None:
    assert parse_date(text) == "2022-03-15"


PIECES = (
    *"1 01 15 29 30 31 32 0 00 99 2022 2000 1999 1000 2999 9999 22 -".split(),
    *"March Feb. Sept мая май февраля года г. г th of at UTC Z AM , . : /".split(),
    *(" ", "  ", "\u00a0", "2022-02-29", "T10:30", "ſ", "½", "²", "٣", "\0", "\ud800"),
)


@given(
    st.one_of(
        st.text(),
        st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join),
        st.from_regex(r"[12]\d{3}-\d\d-\d\d"),
    )
)
def test_any_text_is_a_date_of_the_calendar_or_none(text: str) -> None:
    found = parse_date(text)
    assert found is None or datetime.date.fromisoformat(found).isoformat() == found


def by_hand(text: str) -> str | None:
    """The date in a text of the values file, read without the code under test; None without a year."""
    months = [name[:3].casefold() for names in (ENGLISH, RUSSIAN) for name in names]
    month = next(months.index(word[:3].casefold()) % 12 + 1 for word in text.split() if word[0].isalpha())
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    return f"{numbers[1]:04}-{month:02}-{numbers[0]:02}" if len(numbers) == 2 else None


def test_all_443_printed_dates_are_read() -> None:
    rows = printed_rows()
    assert len(rows) == 443
    assert [parse_date(row["date"]) for row in rows] == [by_hand(row["date"]) for row in rows]
    assert all(by_hand(row["date"]) for row in rows)
