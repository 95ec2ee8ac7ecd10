"""The traversal through the list, without a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.traversal import MAX_FAILURES, ListTraversal
from osce_news.normalize.keys import number_copies
from osce_news.pages.page_facts import PageFacts, PagerLinks
from osce_news.urls import page_number, same_site
from tests.crawl.moving import LISTING, Crawler, MovingList, identifier, new_traversal, rows_of

NO_LINKS = PagerLinks(None, None)


def page(number: int, rows: int = 50) -> str:
    return f"{LISTING}?page={number}&rows={rows}&solrsort=ds_date+desc"


def read_list(
    site: MovingList,
    change: Callable[[PageFacts], PageFacts] = lambda shown: shown,
    traversal: ListTraversal | None = None,
) -> ListTraversal:
    """Read the list to its end, with pages changed like this."""
    done = traversal or new_traversal()
    while done.url is not None:
        done.read(change(site.read(done.url)))
    return done


def test_a_page_that_is_cut_short_is_read_again() -> None:
    cut: list[str] = []

    def cut_once(shown: PageFacts) -> PageFacts:
        if shown.number != 3 or cut:
            return shown
        cut.append(shown.url)
        return replace(shown, keys=shown.keys[:20])

    assert read_list(MovingList().grow(300), cut_once).has_read_all
    assert cut


def without_pager(
    site: MovingList, page: int, first: ListTraversal, results: int | None = None
) -> ListTraversal:
    """Read the list; the page of that number has no pager once, and so many results if `results` is given."""
    changed = set[str]()

    def change(shown: PageFacts) -> PageFacts:
        if shown.number != page or (changed and not site.names_last):
            return shown
        changed.add(shown.url)
        return replace(shown, keys=shown.keys[:results], pager=NO_LINKS)

    return read_list(site, change, first)


@pytest.mark.parametrize("names_last", [True, False])
@pytest.mark.parametrize("page", [0, 1, 5, 7])
def test_a_page_that_lost_its_pager_does_not_end_the_traversal(page: int, names_last: bool) -> None:
    site = MovingList(names_last=names_last).grow(400)
    done = without_pager(site, page, new_traversal())
    assert done.has_read_all
    assert done.pages <= 12


@pytest.mark.parametrize("fixed", [10, 25, 100])
def test_nor_does_a_page_of_an_own_size_in_a_list_whose_pager_names_only_the_next(fixed: int) -> None:
    site = MovingList(fixed=fixed, names_last=False).grow(1000)
    done = without_pager(site, 5, new_traversal())
    assert done.has_read_all
    assert done.pages == 1000 // fixed + 2  # that page and the last one twice


@pytest.mark.parametrize("pinned_on_each", [True, False])
@pytest.mark.parametrize("largest", [25, 30])
def test_a_result_above_the_list_is_not_part_of_the_largest_page(largest: int, pinned_on_each: bool) -> None:
    site = MovingList(largest=largest, pinned=1, pinned_on_each=pinned_on_each).grow(1000)
    done = read_list(site)
    assert done.has_read_all
    assert not done.is_plain
    assert done.pages <= 1.5 * 1000 / largest


@pytest.mark.parametrize("has_pager", [True, False])
def test_results_that_a_page_leaves_out_are_read_from_pages_that_overlap_it(has_pager: bool) -> None:
    """Also if the page leaves them out each time."""
    site, seen = MovingList().grow(400), set[str]()

    def change(shown: PageFacts) -> PageFacts:
        if shown.number == 3:
            pager = shown.pager if has_pager else NO_LINKS
            shown = replace(shown, keys=shown.keys[:20], pager=pager)
        seen.update(shown.keys)
        return shown

    assert read_list(site, change).has_read_all
    assert seen == set(site.items)


def test_a_sample_goes_on_behind_a_page_that_lost_its_pager() -> None:
    assert without_pager(MovingList().grow(400), 1, new_traversal(max_pages=4)).pages == 4


@pytest.mark.parametrize("options", [{}, {"max_pages": 6}])
def test_a_page_that_is_empty_amid_the_list_makes_the_traversal_partial(options: dict[str, int]) -> None:
    done = without_pager(MovingList().grow(400), 3, new_traversal(**options), results=0)
    assert done.problems


def test_pages_of_an_own_size_are_read_by_their_numbers_where_the_pager_is_lost() -> None:
    done = without_pager(MovingList(fixed=10).grow(400), 5, new_traversal())
    assert done.is_plain
    assert done.has_read_all
    assert done.pages == 41  # the last page is read twice


def test_a_page_of_an_own_size_that_lost_its_results_makes_the_traversal_partial() -> None:
    done = without_pager(MovingList(fixed=10).grow(400), 5, new_traversal(), results=3)
    assert "shows 3 results of 10, although the list continues" in done.problems[0]


@pytest.mark.parametrize("fixed", [7, 10, 12, 20, 25])
def test_a_site_whose_pages_and_pager_are_its_own_is_read_by_page_numbers(fixed: int) -> None:
    crawler = Crawler(MovingList(fixed=fixed, pager=False).grow(405))
    assert crawler.crawl().has_read_all
    assert len(crawler.seen) == 405


def test_a_page_that_cannot_be_read_is_left_out_and_the_traversal_goes_on() -> None:
    site = MovingList().grow(300)
    first = new_traversal()
    for _ in range(2):
        first.read(site.read(first.url or ""))
    first.skip("no answer")
    assert first.url == page(3, 48)
    assert read_list(site, traversal=first).problems == ["no answer"]
    assert first.reached_end


def test_several_pages_in_a_row_that_cannot_be_read_end_the_traversal() -> None:
    first = new_traversal()
    first.read(MovingList().grow(900).read(first.url or ""))
    for number in range(MAX_FAILURES):
        assert first.url is not None, number
        first.skip("no answer")
    assert first.url is None


def test_without_its_first_page_there_is_no_traversal() -> None:
    first = new_traversal()
    first.skip("no answer")
    assert first.url is None


@given(st.lists(st.booleans(), max_size=15), st.integers(1, 4))
def test_the_stop_rule_counts_only_pages_in_a_row(news: list[bool], overlap: int) -> None:
    site = MovingList().grow(900)
    first = new_traversal(overlap=overlap)
    row = 0
    for has_news in news:
        if first.url is None:
            break
        first.read(replace(site.read(first.url), has_news=has_news))
        row = 0 if has_news else row + 1
        assert (first.url is None) == (row >= overlap)


def test_max_pages_ends_the_traversal_and_its_pages_do_not_overlap() -> None:
    first = new_traversal(max_pages=2)
    assert first.expected_pages == 2
    addresses: list[str] = []
    while first.url is not None:
        addresses.append(first.url)
        first.read(MovingList().grow(900).read(first.url))
    assert addresses == [page(0), f"{LISTING}?page=1&rows=50"]  # the pager's link


def test_the_number_of_pages_comes_from_the_pager() -> None:
    site = MovingList().grow(28_000)
    first = new_traversal()
    assert first.expected_pages is None
    first.read(site.read(first.url or ""))
    assert first.expected_pages is not None
    assert 660 <= first.expected_pages <= 700


@pytest.mark.parametrize(
    ("dates", "ends"),
    [
        (["28 February 2022", None, "someday"], True),
        (["2 March 2022", "27 February 2022"], False),
        ([None, "someday"], False),
    ],
)
def test_since_ends_the_traversal_after_an_older_page(dates: list[str | None], ends: bool) -> None:
    for since in ("2022-03-01", None):
        first = new_traversal(since=since)
        first.read(replace(MovingList().grow(900).read(first.url or ""), dates=dates))
        assert (first.url is None) == (ends and since is not None)


def test_since_reads_all_newer_pages_of_a_list_of_an_own_page_size() -> None:
    """Its last page, which is older, is not read early to learn the list's length."""

    def dated(shown: PageFacts) -> PageFacts:
        return replace(shown, dates=["1 March 2026" if shown.number < 25 else "1 March 2020"])

    done = read_list(MovingList(fixed=20).grow(1000), dated, new_traversal(since="2025-10-01"))
    assert 25 <= done.pages <= 28


def test_a_traversal_that_begins_amid_the_list_does_not_go_above_that() -> None:
    site, read = MovingList().grow(1000), list[int]()

    def noted(shown: PageFacts) -> PageFacts:
        read.append(shown.number * rows_of(shown.url))
        return shown

    read_list(site, noted, ListTraversal(CrawlOptions.parse(start_url=f"{LISTING}?page=3")))
    assert min(read) == 150


def test_since_does_not_end_a_traversal_through_a_list_in_another_order() -> None:
    first = ListTraversal(CrawlOptions.parse(start_url=f"{LISTING}?solrsort=score+desc", since="2022-03-01"))
    keys = [str(number) for number in range(50)]
    first.read(PageFacts(first.url or "", keys, ["1 January 2001"], PagerLinks(page(1), page(9))))
    assert first.url is not None


@pytest.mark.parametrize(
    ("link", "said"),
    [
        (PagerLinks(page(3), page(9)), "read before"),
        (PagerLinks("https://example.org/?page=4", page(9)), "another site"),
    ],
)
def test_a_pager_that_leads_astray_makes_the_traversal_partial(link: PagerLinks, said: str) -> None:
    """On a site that does not take `rows`."""
    site = MovingList(fixed=10).grow(900)
    first = new_traversal()
    for _ in range(5):
        first.read(site.read(first.url or ""))
    assert first.is_plain
    here = first.url or ""
    assert page_number(here) == 4
    first.read(PageFacts(here, site.read(here).keys, pager=link))
    assert first.url is None
    assert said in first.problems[0]


def test_links_that_lead_on_for_ever_to_nothing_new_end_the_traversal() -> None:
    """The site ignores page and size, and names a next page on each."""
    site = MovingList(fixed=10).grow(10)
    keys = site.read(page(0)).keys
    first = read_list(
        site, lambda shown: PageFacts(shown.url, keys, pager=PagerLinks(page(shown.number + 1), page(99)))
    )
    assert first.pages < 15
    assert "show nothing new" in first.problems[0]
    assert not first.has_read_all


@pytest.mark.parametrize("place", ["page=0&rows=50&", "page=3&rows=47&", "page=3&"])
def test_pages_with_other_dates_than_pages_that_overlap_do_not_end_the_traversal(place: str) -> None:
    """The dates are a part of the keys, so these pages and those after them do not join."""
    seen: set[str] = set()

    def with_other_dates(shown: PageFacts) -> PageFacts:
        seen.update(key.partition(":")[0] for key in shown.keys)
        return replace(shown, keys=[f"{key}'" for key in shown.keys]) if place in shown.url else shown

    done = read_list(site := MovingList().grow(400), with_other_dates)
    assert done.reached_end
    assert len(seen) == len(site.items)
    assert done.pages < 30
    assert all("does not continue the pages before it" in problem for problem in done.problems)


def test_a_site_that_always_shows_the_same_page_ends_the_traversal() -> None:
    site = MovingList().grow(900)
    same = site.read(page(0))
    first = read_list(site, lambda shown: replace(same, url=shown.url))
    assert first.pages <= 20
    assert not first.has_read_all


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (None, "shows the results of the page before it again"),
        (page(2), "shows the results of the page before it again"),
        (page(9), "show nothing new"),
    ],
)
def test_a_site_that_ignores_the_page_number_makes_the_traversal_partial(last: str | None, said: str) -> None:
    """Its pages have no link to the next, and it takes no page size."""
    first_page = MovingList(fixed=50).grow(900).read(page(0)).keys
    done = read_list(
        MovingList(), lambda shown: PageFacts(shown.url, first_page, pager=PagerLinks(None, last))
    )
    assert said in done.problems[0]
    assert not done.has_read_all


def test_a_full_last_page_that_is_shown_again_beyond_the_end_is_the_end() -> None:
    site = MovingList(fixed=50, pager=False).grow(150)
    last = site.read(page(2))
    done = read_list(site, lambda shown: shown if shown.keys else replace(last, url=shown.url))
    assert done.has_read_all
    assert done.pages == 4


@pytest.mark.slow
def test_a_list_without_end_is_given_up() -> None:
    first = new_traversal(max_pages=100_000, rows=1)
    number = 0
    while first.url is not None:
        number += 1
        first.read(PageFacts(first.url, [str(page_number(first.url))], pager=PagerLinks(page(number), None)))
        assert number < 50_000
    assert "no end" in first.problems[0]


def test_a_traversal_by_links_is_resumed() -> None:
    site = MovingList(fixed=10).grow(100)
    crawler = Crawler(site)
    crawler.crawl(stop_after=5)
    before = crawler.requests
    done = crawler.crawl()
    assert crawler.seen == {identifier(key) for key in site.items}
    assert crawler.requests - before <= 8
    # Items may have moved up unseen meanwhile, so none of them is missing from the list.
    assert done.reached_end
    assert not done.has_read_all


def test_a_position_that_a_former_version_saved_is_resumed() -> None:
    site = MovingList().grow(300)
    addresses = [page(0), page(1, 49), page(2, 48)]
    listed = [(address, site.read(address).keys) for address in addresses]
    position = {
        "end": 144, "pages": 3, "most_rows": 50, "hidden": 0, "proved": True, "problems": [], "link": None,
    }  # fmt: skip
    resumed = new_traversal()
    resumed.resume(position, listed)
    requested: list[str] = []

    def note(shown: PageFacts) -> PageFacts:
        requested.append(shown.url)
        assert resumed.save() is not None
        return shown

    assert read_list(site, note, resumed).has_read_all
    assert requested[:2] == [page(0), page(3, 47)]
    assert len(requested) == 5


BESIDE: dict[str, dict[int | None, list[str]]] = {
    "one above the list on its first page": {0: ["a:x"]},
    "one above the list on each page": {None: ["a:x"]},
    "above the list on its first page": {0: ["a:x", "b:x", "c:x"]},
    "above the list on each page": {None: ["a:x", "b:x", "c:x", "d:x", "e:x"]},
    "also at their places on the list": {0: ["120:x", "121:x", "122:x"]},
}


@pytest.mark.parametrize("name", BESIDE)
@pytest.mark.parametrize("fixed", [None, 7, 10, 12, 25, 50, 100])
def test_featured_results_are_no_movement_of_the_list(name: str, fixed: int | None) -> None:
    beside, site = BESIDE[name], MovingList(fixed=fixed).grow(330)
    seen = set[str]()

    def with_others(shown: PageFacts) -> PageFacts:
        seen.update(shown.keys)
        return replace(shown, keys=[*beside.get(shown.number, beside.get(None, [])), *shown.keys])

    done = read_list(site, with_others)
    assert done.problems == []
    assert done.has_read_all
    assert seen.issuperset(site.items)
    assert done.is_plain == (fixed is not None)
    assert done.pages <= (330 // fixed + 4 if fixed else 10)


@pytest.mark.parametrize("fixed", [11, 14, 25])
def test_a_new_result_below_pinned_ones_does_not_hide_that_the_site_ignores_the_size(fixed: int) -> None:
    site, seen = MovingList(fixed=fixed, pager=False).grow(230), set[str]()

    def with_pin_and_new(shown: PageFacts) -> PageFacts:
        seen.update(shown.keys)
        if len(site.items) == 230:  # page 1 then begins with the last result of page 0
            site.insert(0)
        return replace(shown, keys=["pin:x", *shown.keys])

    done = read_list(site, with_pin_and_new)
    assert done.is_plain
    assert seen.issuperset(site.items[1:])


def test_a_block_below_the_list_on_each_page_is_no_movement_of_the_list() -> None:
    site = MovingList().grow(1_000)
    most_read = [site.items[place] for place in (0, 7, 40, 420, 990)]

    def with_most_read(shown: PageFacts) -> PageFacts:
        return replace(shown, keys=number_copies([*shown.keys, *most_read]))

    done = read_list(site, with_most_read)
    assert done.problems == []
    assert done.has_read_all


@pytest.mark.parametrize("is_above", [True, False])
@pytest.mark.parametrize("added", [0, 7, 60])
def test_a_traversal_of_a_list_with_a_block_on_each_page_is_resumed(is_above: bool, added: int) -> None:
    site = MovingList().grow(611)

    def with_block(shown: PageFacts) -> PageFacts:
        keys = ["pinned:x", *shown.keys] if is_above else [*shown.keys, "pinned:x"]
        return replace(shown, keys=keys)

    first = new_traversal()
    listed = []
    for _ in range(9):
        shown = with_block(site.read(first.url or ""))
        first.read(shown)
        if first.is_joined:
            listed.append((shown.url, shown.keys))
    position = first.save()
    assert position is not None
    site.grow(added)
    resumed = new_traversal()
    resumed.resume(position, listed)
    assert read_list(site, with_block, resumed).has_read_all
    assert resumed.pages < read_list(site, with_block).pages


def test_a_block_on_each_page_does_not_hide_that_the_list_moved() -> None:
    site = MovingList().grow(330)
    done, seen = new_traversal(), set[str]()
    while done.url is not None:
        if done.pages == 3:
            for _ in range(4):
                site.remove(0)
        shown = site.read(done.url)
        seen |= set(shown.keys)
        done.read(replace(shown, keys=["a:x", "b:x", "c:x", "d:x", *shown.keys]))
    assert done.has_read_all
    assert set(site.items) <= seen


@pytest.mark.parametrize("fixed", [10, 25, 50, 100])
def test_results_that_leave_a_list_of_an_own_page_size_while_it_is_read_are_noticed(fixed: int) -> None:
    site = MovingList(fixed=fixed).grow(420)
    moves = iter([None, None, None, None, site.insert, site.remove])  # those moved down are seen twice

    def move() -> None:
        if (change := next(moves, None)) is not None:
            change(0)
            if change == site.remove:
                change(3)

    assert "the list lost 2 results while it was read" in Crawler(site).crawl(move).problems[0]
    site = MovingList(fixed=fixed).grow(420)
    assert Crawler(site).crawl(lambda: site.insert(0)).has_read_all


def test_a_list_of_an_own_page_size_is_read_although_its_last_page_cannot_be_read() -> None:
    site = MovingList(fixed=10).grow(45)
    done = new_traversal()
    seen: list[str] = []
    while done.url is not None:
        page = site.read(done.url)
        if page_number(done.url) == 4 and not done.problems:
            done.skip("status 500")
            continue
        done.read(page)
        seen += page.keys
    assert set(seen) == set(site.items)
    assert done.problems == ["status 500"]
    assert not done.has_read_all


def test_a_last_page_on_another_site_is_not_asked_for() -> None:
    def lead_astray(shown: PageFacts) -> PageFacts:
        assert same_site(shown.url, LISTING)
        following = shown.pager.next if shown.pager else None
        last = following and "https://elsewhere.example/?page=4"
        return replace(shown, pager=PagerLinks(following, last))

    assert read_list(MovingList(fixed=10).grow(45), lead_astray).has_read_all


@pytest.mark.parametrize("is_gone", [True, False])
def test_a_page_that_is_gone_is_beyond_the_end_of_a_list_without_links(is_gone: bool) -> None:
    """Twelve results without a pager may be a whole list, or a page of the site's own size."""
    site, done = MovingList(pager=False, fixed=12).grow(12), new_traversal()
    while done.url is not None:
        if page_number(done.url):
            done.skip("can't be read", is_gone=is_gone)
        else:
            done.read(site.read(done.url))
    assert done.has_read_all == is_gone
    assert done.pages <= 2


def test_a_page_that_is_gone_is_not_the_end_of_a_list_that_says_it_is_longer() -> None:
    site, done = MovingList(pager=False).grow(100), new_traversal()
    while done.url is not None:
        shown = site.read(done.url)
        if shown.keys:
            done.read(replace(shown, least_length=340))
        else:
            done.skip("status 404", is_gone=True)
    assert not done.has_read_all
    assert "more, at least 340" in done.problems[0]


@pytest.mark.parametrize("overlap", [None, 2])
@pytest.mark.parametrize(
    ("fixed", "names_last"),
    [*((size, True) for size in (None, 10, 25, 50, 100)), (None, False), (165, False)],
)
def test_a_list_that_has_not_changed_is_read_without_problems(
    fixed: int | None, overlap: int | None, names_last: bool
) -> None:
    site = MovingList(fixed=fixed, names_last=names_last).grow(330)
    done = read_list(site, lambda shown: replace(shown, has_news=False), new_traversal(overlap))
    assert done.problems == []
    requests = 6 if fixed == 165 else 2  # its second page does not show that it continues the first
    assert done.pages == requests if overlap else done.has_read_all


def test_a_traversal_that_ended_between_the_two_readings_of_a_page_is_resumed() -> None:
    site = MovingList(names_last=False).grow(65)
    whole, crawler = Crawler(site, rows=10), Crawler(site, rows=10)
    whole.crawl()

    def remove_before_the_last_page() -> None:
        if crawler.requests == whole.requests - 2:
            del site.items[25:29]

    crawler.crawl(remove_before_the_last_page, stop_after=whole.requests - 1)
    done = crawler.crawl()
    assert len(site.items) == 61
    assert {identifier(key) for key in site.items} <= crawler.seen
    assert done.has_read_all
