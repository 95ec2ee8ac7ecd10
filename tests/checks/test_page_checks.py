"""What each rule fails a page for, and how near a page may come to it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest

from osce_news.checks import check_against, check_page
from osce_news.checks.neighbours import Neighbours
from osce_news.errors import DoubtfulPageError, LayoutError
from osce_news.items import RAW_FIELDS, NewsItem
from osce_news.storage import Writer
from osce_news.urls import LISTING_URL
from tests.checks.records import Change, knowing, near, page, raw, records, refusal, shifted, verdict
from tests.helpers import listing
from tests.newsroom import make_stories

OFFICES = ("OSCE Mission to Serbia", "OSCE Mission to Skopje, OSCE Troika")
TOPICS = ("Youth", "Policing, Migration")

# What is done to every record of a page of other items than the stored ones, and what is then named.
BY_HISTORY: dict[str, tuple[Change, str]] = {
    "no type": (raw(content_type_raw=None), "Content type"),
    "no offices": (raw(offices_raw=None), "Where we are"),
    "no topics": (raw(topics_raw=None), "What we do"),
    "no labels": (raw(content_type_raw=None, offices_raw=None, topics_raw=None), "Content type"),
    "no teasers": (raw(teaser_raw=None), "teaser"),
    "short teasers": (raw(teaser_raw=lambda item: (item.teaser or "")[:40]), "teaser"),
    "an unknown type": (raw(content_type_raw=lambda item: item.content_type_raw and "Page"), "Content type"),
    "one office": (raw(offices_raw=lambda item: item.offices_raw and "OSCE Troika"), "Where we are"),
}  # fmt: skip

# The same for what the page shows by itself.
BY_ITSELF: dict[str, tuple[Change, str]] = {
    "dates a year earlier": (raw(published_raw=lambda item: shifted(item, -365)), "Publishing date"),
    "dates a day earlier": (raw(published_raw=lambda item: shifted(item, -1)), "Publishing date"),
    "dates unreadable": (raw(published_raw="3 days ago"), "Publishing date"),
    "dates in the future": (raw(published_raw="1 May 2027", teaser_raw=lambda one: f"{one.id}."), "Publ"),
    "type and topics swapped": (
        raw(content_type_raw=lambda item: item.topics_raw, topics_raw=lambda item: item.content_type_raw),
        "What we do",
    ),
    "offices and topics swapped": (
        raw(offices_raw=lambda item: item.topics_raw, topics_raw=lambda item: item.offices_raw),
        "Where we are",
    ),
    "offices as numbers": (raw(offices_raw=lambda item: item.offices_raw and item.id), "Where we are"),
    "topics unknown": (raw(topics_raw=lambda item: item.topics_raw and f"Theme {item.id}"), "What we do"),
    "a known label in the teaser": (raw(teaser_raw=lambda item: f"What we do: {item.teaser}"), "What we do"),
    "a new label in the teaser": (raw(teaser_raw=lambda item: f"Kind: {item.id}, {item.teaser}"), "Kind"),
    "letters wrong": (raw(teaser_raw=lambda item: f"{item.teaser} –".encode().decode("latin-1")), "letters"),
    "letters lost": (raw(teaser_raw=lambda item: f"{item.teaser} ? text"), "letters"),
    "values behind offices": (
        raw(offices_raw=lambda item: "OSCE Secretariat, " + item.title.replace(",", "") * 4), "Where we",
    ),
    "one address": (raw(url_raw="https://www.osce.org/node/1"), "addresses"),
    "another site": (raw(url_raw=lambda item: f"https://example.org/{item.id}"), "addresses"),
    "one title": (raw(title_raw="News and press releases"), "titles"),
    "capitals": (raw(title_raw=lambda item: item.title.upper()), "titles"),
    "small letters": (raw(title_raw=lambda item: item.title.lower()), "titles"),
    "cut titles": (raw(title_raw=lambda item: f"{item.title[:20]} {item.id}..."), "titles"),
    "one teaser": (raw(teaser_raw="This site uses cookies."), "teasers"),
    "titles as teasers": (raw(teaser_raw=lambda item: item.title), "teasers"),
    "Russian without Cyrillic": (raw(language_raw="ru"), "language"),
}  # fmt: skip

# The same for items that are stored as they were.
BY_THE_ITEMS: dict[str, tuple[Change, str]] = {
    "no type": (raw(content_type_raw=None), "Content type"),
    "no offices": (raw(offices_raw=None), "Where we are"),
    "no topics": (raw(topics_raw=None), "What we do"),
    "no teasers": (raw(teaser_raw=None), "teaser"),
    "other titles": (raw(title_raw=lambda item: f"{item.title} ({item.id})"), "title"),
    "other dates": (
        raw(published_raw=lambda item: shifted(item, -40), teaser_raw=lambda one: f"{one.id}."),
        "Publishing date",
    ),
    "other offices": (raw(offices_raw=lambda item: OFFICES[int(item.id) % 2]), "Where we are"),
    "other topics": (raw(topics_raw=lambda item: TOPICS[int(item.id) % 2]), "What we do"),
    "another host": (raw(url_raw=lambda item: item.url.replace("osce.org", "osce.example")), "addresses"),
}  # fmt: skip

ALL = [
    *((f"history: {name}", rule, near()) for name, rule in BY_HISTORY.items()),
    *((f"itself: {name}", rule, Neighbours()) for name, rule in BY_ITSELF.items()),
    *((f"items: {name}", rule, knowing(records(50))) for name, rule in BY_THE_ITEMS.items()),
]


@pytest.mark.parametrize(("rule", "history"), [one[1:] for one in ALL], ids=[one[0] for one in ALL])
def test_each_rule_fails_a_page_and_names_the_fault(rule: tuple[Change, str], history: Neighbours) -> None:
    change, thing = rule
    assert refusal([change(item) for item in records(50)], history).selector.startswith(thing)


@pytest.mark.parametrize(("rule", "history"), [one[1:] for one in ALL], ids=[one[0] for one in ALL])
@pytest.mark.parametrize("size", [50, 10])
def test_one_result_alone_fails_no_page(rule: tuple[Change, str], history: Neighbours, size: int) -> None:
    for place in range(0, size, 7):
        of = list(records(size))
        of[place] = rule[0](of[place])
        verdict(of, history)


@pytest.mark.parametrize("history", [near(), Neighbours(), knowing(records(50))])
def test_a_sound_page_passes_and_nothing_is_changed(history: Neighbours) -> None:
    of = [replace(item) for item in records(50)]
    verdict(of, history)
    assert of == records(50)


def test_too_short_a_history_is_reported_and_not_used() -> None:
    of = [raw(content_type_raw=None)(item) for item in records(50)]
    assert verdict(of, replace(near(), comparable=99)) == (
        "too few stored items to compare labels with: 99 in the language en, 100 are needed"
    )
    assert verdict(records(50), near()) is None
    refusal(of, replace(near(), comparable=100))


@pytest.mark.parametrize(("left", "fails"), [(0, True), (10, True), (20, True), (30, False), (45, False)])
def test_what_nearly_all_items_have_may_be_rarer_but_not_that_rare(left: int, fails: bool) -> None:
    full = [item for item in records(80) if item.teaser][:50]
    of = [item if n < left else raw(teaser_raw=None)(item) for n, item in enumerate(full)]
    if fails:
        assert f"got {left or 'none'} of 50" in str(refusal(of, near()))
    else:
        assert verdict(of, near()) is None


@pytest.mark.parametrize(("left", "fails"), [(0, True), (3, True), (15, False)])
def test_a_label_that_many_items_lack_has_to_be_nearly_gone(left: int, fails: bool) -> None:
    of = [item if n < left else raw(topics_raw=None)(item) for n, item in enumerate(records(50))]
    if fails:
        assert refusal(of, near()).selector == "What we do"
    else:
        assert verdict(of, near()) is None


def test_a_page_of_two_thousand_results_is_compared_like_a_short_one() -> None:
    of = [item if n < 400 else raw(teaser_raw=None)(item) for n, item in enumerate(records(2_000))]
    assert refusal(of, near()).selector == "teaser"
    assert verdict(records(2_000), near()) is None


def test_teasers_that_are_missing_all_over_the_page_fail_it() -> None:
    full = [item for item in records(80) if item.teaser][:50]
    bare = raw(teaser_raw=None)
    gaps = [bare(item) if n % 3 == 0 else item for n, item in enumerate(full)]
    assert refusal(gaps, near()).selector == "teaser"


@pytest.mark.parametrize(
    "change",
    [
        lambda n: raw(teaser_raw=None) if n % 3 == 0 else raw(),
        lambda n: raw(teaser_raw=lambda item: f"Summary: {item.teaser}") if n % 3 == 0 else raw(),
        lambda n: raw(language_raw="ru"),
    ],
    ids=["no teaser", "the same words before teasers", "English titles in a Russian list"],
)
def test_what_many_stored_items_have_too_fails_no_page(change: Callable[[int], Change]) -> None:
    of, before = ([change(n)(item) for n, item in enumerate(records(count, 9))] for count in (50, 300))
    stored = before[50:]
    refusal(of, near())
    verdict(of, Neighbours(items=250, comparable=250, near=lambda: stored, near_alike=lambda: stored))


def test_dates_and_teasers_of_the_item_beside_fail_a_page() -> None:
    of = [item for item in records(80) if item.teaser][:50]
    dates = [raw(published_raw=of[n - 1].published_raw)(item) for n, item in enumerate(of)]
    assert refusal(dates, Neighbours()).selector == "Publishing date"
    assert refusal(dates, knowing(of)).selector == "Publishing date"
    undated = [raw(teaser_raw=f"About {item.id}, told in many words.")(item) for item in of]
    teasers = [raw(teaser_raw=undated[n - 1].teaser)(item) for n, item in enumerate(undated)]
    assert refusal(teasers, knowing(undated)).selector == "teaser"


def test_dates_are_compared_with_datelines_only_if_there_are_some() -> None:
    change = raw(published_raw=lambda item: shifted(item, -365))
    with_dateline = [item for item in records(200) if item.dateline_date]
    few = [change(item) for item in with_dateline[:3]]
    rest = [item for item in records(200) if not item.dateline_date][:20]
    assert verdict([*few, *rest], Neighbours(), newest_first=False) is not None  # the history is too short
    refusal([change(item) for item in with_dateline[:4]], Neighbours())


def test_the_order_may_have_misplaced_but_is_not_another_one() -> None:
    of = list(records(50))
    misplaced = [of[49], *of[:20], of[48], *of[20:48]]
    assert verdict(misplaced, near()) is None
    assert refusal(of[::-1], near()).selector == "order of the results"
    assert refusal([*of[25:], *of[:25]], near()).selector == "order of the results"
    shuffled = Random(1).sample(of, 50)
    assert refusal(shuffled, near()).selector == "order of the results"
    assert verdict(shuffled, near(), newest_first=False) is None
    assert verdict(of[:4][::-1], near()) is None  # too few to tell


@pytest.mark.parametrize(
    ("pinned", "misplaced", "fails"), [(16, 0, False), (17, 0, True), (0, 16, False), (0, 17, True)]
)
def test_a_third_may_be_pinned_or_misplaced(pinned: int, misplaced: int, fails: bool) -> None:
    days = [f"{1 + n % 28} {'May' if n < 28 else 'June'} 2025" for n in range(50)][::-1]
    moved = pinned or misplaced
    kept, late = days[: 50 - moved], days[50 - moved :]
    # Old items at the top, or one after every second one.
    dates = (
        [*late, *kept] if pinned else [day for n, one in enumerate(kept) for day in (one, *late[n : n + 1])]
    )
    change = [
        raw(published_raw=day, teaser_raw=f"About {n}, told in many words.") for n, day in enumerate(dates)
    ]
    of = [change(item) for change, item in zip(change, records(50), strict=True)]
    if fails:
        assert f"{moved} of 50 results in another place" in str(refusal(of, Neighbours()))
    else:
        verdict(of, Neighbours())


def test_a_page_without_results_fails_if_the_list_has_had_some() -> None:
    has_results = Neighbours(items=300, had_results=True)
    with pytest.raises(LayoutError, match="results: expected results"):
        check_against(page([]), has_results, newest_first=True)
    assert check_against(page([]), has_results, newest_first=True, empty_expected=True) is None
    assert check_against(page([]), Neighbours(items=300), newest_first=True) is None
    assert check_against(page([], results=3), has_results, newest_first=True) is None  # left out by --since


@pytest.mark.parametrize(("query", "fails"), [("page=0", True), ("page=3", False), ("filters=x", False)])
def test_only_the_first_page_of_the_whole_list_may_not_become_empty(
    writer: Writer, query: str, fails: bool
) -> None:
    address = f"{LISTING_URL}?{query}"
    writer.store(listing(make_stories(5), url=address))
    empty = replace(page([]), url=address)
    if fails:
        with pytest.raises(DoubtfulPageError, match="expected results"):
            check_page(writer.connection, empty, start_url=address)
    else:
        check_page(writer.connection, empty, start_url=address)


@pytest.mark.parametrize(
    ("doubtful", "new", "fails"), [(2, 2, False), (3, 5, True), (5, 10, False), (6, 10, True)]
)
def test_results_maybe_stored_at_other_addresses_fail_a_page(doubtful: int, new: int, fails: bool) -> None:
    of = records(50)
    shown = replace(page(of[doubtful:]), possible_duplicates=doubtful)
    history = knowing(of[new:])
    if fails:
        with pytest.raises(LayoutError, match=f"addresses: .* {doubtful} of {new} new items"):
            check_against(shown, history, newest_first=True)
    else:
        check_against(shown, history, newest_first=True)


def test_dates_a_few_days_ahead_are_no_fault() -> None:
    ahead = raw(
        published_raw="4 December 2025", teaser_raw=lambda item: f"About {item.title} in many words, told."
    )
    verdict([ahead(item) for item in records(10)], near())
    for when in ("", "yesterday", "1980-01-01T00:00:00Z"[:4]):
        check_against(replace(page(records(10)), fetched_at=when), near(), newest_first=True)


def test_titles_of_other_teasers_fail_a_page() -> None:
    of = records(50)
    mixed = [
        raw(title_raw=other.title_raw, url_raw=other.url_raw)(item)
        for item, other in zip(of, Random(2).sample(of, 50), strict=True)
    ]
    assert refusal(mixed, Neighbours()).selector == "teaser"


def test_teasers_of_other_items_may_be_put_right() -> None:
    of = records(50)
    moved = [raw(teaser_raw=before.teaser_raw)(item) for before, item in pairwise([of[-1], *of])]
    verdict(of, knowing(moved))
    refusal(moved, knowing(of))


def test_reports_whose_teasers_repeat_no_word_of_the_title_fail_no_page() -> None:
    report = raw(
        title_raw=lambda item: f"Latest from the Monitoring Mission, {item.published_raw}",
        teaser_raw=lambda item: f"Fewer explosions in the region than on other days, {item.id} in all.",
    )
    of = [report(item) if number % 3 else item for number, item in enumerate(records(50))]
    assert verdict(of, near()) is None


@pytest.mark.parametrize(
    "gap",
    [
        {"teaser_raw": None},
        {"content_type_raw": None, "offices_raw": None, "topics_raw": None},
        {"content_type_raw": "Story"},
    ],
)
def test_thirty_results_in_a_row_may_lack_what_nearly_all_items_have(gap: dict[str, str | None]) -> None:
    of = [raw(**gap)(item) for item in records(50)]
    assert verdict(of[:30], near()) is None
    refusal(of, near())


def test_a_page_of_one_office_may_be_without_a_topic() -> None:
    stored = [item for item in near().near() if item.offices]
    of_each = Counter(item.offices[0].raw for item in stored)
    with_topics = Counter(item.offices[0].raw for item in stored if item.topics)
    office = next(
        name for name, count in of_each.items() if count > 9 and 0.4 < with_topics[name] / count < 0.8
    )
    same = raw(
        offices_raw=office, topics_raw=None, url_raw=lambda item: f"https://www.osce.org/node/{item.id}"
    )
    of = [same(item) for item in records(50)]
    assert verdict(of, near()) is None


@pytest.mark.parametrize("share", [2, 4])
def test_names_of_another_label_fail_a_page_also_in_a_part_of_its_results(share: int) -> None:
    swap = raw(offices_raw=lambda item: item.topics_raw, topics_raw=lambda item: item.offices_raw)
    of = [swap(item) if n % share == 0 else item for n, item in enumerate(records(50))]
    assert "a name of another label" in str(refusal(of, Neighbours()))


def test_types_of_other_items_fail_a_page() -> None:
    of = [item for item in records(80) if item.content_type_raw][:50]
    swap = {"News": "Press release", "Press release": "News"}
    moved = [raw(content_type_raw=swap.get(item.content_type_raw or "", "Spot report"))(item) for item in of]
    assert refusal(moved, knowing(of)).selector == "Content type"
    renamed = [
        raw(content_type_raw=(item.content_type_raw or "").replace("News", "Story"))(item) for item in of
    ]
    verdict(renamed, knowing(of))


def test_two_offices_that_became_one_known_one_are_not_renamed() -> None:
    def of(*offices: str) -> list[NewsItem]:
        node = raw(url_raw=lambda item: f"https://www.osce.org/node/{item.id}")
        return [raw(offices_raw=offices[n % 3])(node(item)) for n, item in enumerate(records(50))]

    stored = of("OSCE Secretariat", "OSCE Mission to Serbia", "OSCE Mission to Moldova")
    verdict(of("OSCE Moon Base", "OSCE Moon Base", "OSCE Mars Base"), knowing(stored))
    mixed = of("OSCE Presence in Albania", "OSCE Presence in Albania", "OSCE Mars Base")
    assert refusal(mixed, knowing(stored)).selector == "Where we are"


def test_titles_that_end_early_fail_a_page_even_if_they_are_few() -> None:
    of = records(50)
    longest = sorted((item.title for item in of), key=len)[-2:]
    cut = [
        raw(title_raw=lambda item: item.title[:40])(item) if item.title in longest else item for item in of
    ]
    assert "2 of 2 items with only the beginning" in str(refusal(cut, knowing(of)))
    verdict([raw(title_raw="Another title")(cut[0]), *cut[1:]][:1] + of[1:], knowing(of))


def test_one_type_in_all_items_fails_a_page_even_if_most_had_it() -> None:
    of = [
        raw(content_type_raw="News" if n % 10 else "Press release")(item)
        for n, item in enumerate(records(50))
    ]
    same = [raw(content_type_raw="News")(item) for item in of]
    assert refusal(same, knowing(of)).selector == "Content type"
    verdict([*same[:-1], of[0]], knowing([*of[:-1], of[0]]))  # an editor's corrections


@pytest.mark.parametrize("language", ["", "de/"])
def test_offices_that_do_not_go_with_the_addresses_fail_a_page(language: str) -> None:
    of, others = (
        [raw(url_raw=item.url.replace(".org/", f".org/{language}"))(item) for item in some]
        for some in (records(50), near().near())
    )
    stored = Neighbours(items=300, comparable=300, near=lambda: others, near_alike=lambda: others)
    verdict(of, stored)
    moved = [raw(offices_raw=of[n - 1].offices_raw)(item) for n, item in enumerate(of)]
    assert refusal(moved, stored).selector == "Where we are"


def test_messages_name_numbers_and_label_in_one_line() -> None:
    of = [raw(content_type_raw=None)(item) for item in records(50)]
    said = str(refusal(of, near()))
    assert re.fullmatch(
        r"doubtful page: Content type: expected a type among the labels in 100% of results, as "
        r"in stored items from that time, got none of \d\d$",
        said,
    )


def test_a_form_without_dates_labels_and_teasers_has_lost_nothing() -> None:
    stored = records(50)
    printed = frozenset(("url_raw", "title_raw", "language_raw"))
    bare = raw(**dict.fromkeys(set(RAW_FIELDS) - printed))
    shown = replace(page([bare(item) for item in stored]), fields=printed)
    history = replace(near(), known={item.id: item for item in stored})
    assert check_against(shown, history, newest_first=True) is None
    with pytest.raises(LayoutError):
        check_against(replace(shown, fields=frozenset(RAW_FIELDS)), history, newest_first=True)


def test_a_language_or_a_host_of_a_copy_of_the_site_that_another_source_does_not_print_is_no_fault() -> None:
    stored = [
        replace(item, language=None, url=item.url.replace("www.osce.org", "127.0.0.1"))
        for item in records(50)
    ]
    assert verdict(records(50), replace(near(), known={item.id: item for item in stored})) is None
