"""The traversal of the search service against a collection in memory that changes while it is read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.search_traversal import SearchTraversal
from osce_news.pages.page_facts import AnswerFacts
from osce_news.search_query import SearchQuery
from tests.helpers import slow

QUERY = SearchQuery("https://search.example")
Documents = dict[str, int | None]  # the dates by their keys


def answer(documents: Documents, url: str) -> AnswerFacts:
    """Answer as Typesense does: ties in the order of insertion, the last one first."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    until = re.search("date:<=([0-9]+)", asked.get("filter_by", ""))
    found = [
        (key, date)
        for key, date in reversed(documents.items())
        if until is None or (date is not None and date <= int(until[1]))
    ]
    undated = 10**12 if "missing_values" in asked["sort_by"] else -1
    found.sort(key=lambda one: -(undated if one[1] is None else one[1]))
    hits, page = int(asked["per_page"]), int(asked.get("page", 1))
    shown = found[(page - 1) * hits : page * hits]
    seconds = [date for _, date in shown if date is not None]
    return AnswerFacts(url, [key for key, _ in shown], seconds=seconds, found=len(found))


def walk(
    traversal: SearchTraversal,
    documents: Documents,
    change: Callable[[int, Documents], object] = lambda page, documents: None,
) -> set[str]:
    """Read to the end, and return the keys that were read; `change` is called before each answer."""
    read: set[str] = set()
    while traversal.url is not None:
        change(traversal.pages, documents)
        page = answer(documents, traversal.url)
        read.update(page.keys)
        traversal.read(page)
    return read


def collection(count: int, per_date: int = 3) -> Documents:
    return {f"d{number}": 1000 + number // per_date for number in range(count)}


def full(hits: int = 250) -> SearchTraversal:
    return SearchTraversal(SearchQuery(QUERY.base, hits=hits), CrawlOptions())


def test_a_small_collection_is_one_answer() -> None:
    traversal = full()
    assert walk(traversal, collection(249)) == collection(249).keys()
    assert (traversal.pages, traversal.has_read_all) == (1, True)


@pytest.mark.parametrize(("documents", "answers"), [(3_400, 15), *slow((34_000, 140))])
def test_answers_overlap_by_little(documents: int, answers: int) -> None:
    traversal = full()
    assert walk(traversal, collection(documents)) == collection(documents).keys()
    assert traversal.pages <= answers
    assert traversal.has_read_all


@pytest.mark.parametrize("undated", [0, 3, 250, 600])
def test_more_documents_of_one_date_than_an_answer_has_and_those_without_are_all_read(undated: int) -> None:
    documents = collection(400) | {f"e{number}": 1050 for number in range(700)}
    documents |= {f"u{number}": None for number in range(undated)}
    traversal = full()
    assert walk(traversal, documents) == documents.keys()
    assert traversal.has_read_all


@pytest.mark.parametrize("per_date", [1, 3, 40, 2000])
@pytest.mark.parametrize("where", [0, 500, 999, 1500])
def test_documents_that_are_inserted_meanwhile_are_read_and_break_nothing(per_date: int, where: int) -> None:
    documents = collection(1600, per_date)

    def insert(page: int, documents: Documents) -> None:
        documents[f"new{page}"] = 1000 + where // per_date if page % 2 else 5000

    assert walk(full(100), documents, insert) >= collection(1600, per_date).keys()


@pytest.mark.parametrize("per_date", [1, 3, 40, 2000])
def test_documents_that_are_removed_meanwhile_do_not_hide_others(per_date: int) -> None:
    documents = collection(1600, per_date)
    removed = set()

    def remove(page: int, documents: Documents) -> None:
        if 2 <= page < 9:
            key = list(documents)[-1 - page]  # of those read already
            removed.add(key)
            del documents[key]

    traversal = full(100)
    read = walk(traversal, documents, remove)
    assert documents.keys() <= read
    assert traversal.has_read_all


def test_a_document_that_moves_to_the_top_meanwhile_is_read_there() -> None:
    documents = collection(1600)

    def move(page: int, documents: Documents) -> None:
        if page == 4:
            documents["d0"] = 9000

    traversal = full(100)
    assert walk(traversal, documents, move) == collection(1600).keys()
    assert traversal.has_read_all


def test_documents_that_move_where_nobody_looks_again_are_a_problem() -> None:
    documents = collection(1600)

    def move(page: int, documents: Documents) -> None:
        if page == 8:
            documents["d0"] = documents["d1000"]  # above the present page, below the top

    traversal = full(100)
    assert "d0" not in walk(traversal, documents, move)
    assert not traversal.has_read_all
    assert traversal.problems == [
        "the service has 1600 documents, of which 1599 were read: they moved meanwhile"
    ]


@pytest.mark.parametrize("killed_at", range(1, 17))
def test_a_resumed_traversal_reads_the_rest(killed_at: int) -> None:
    documents = collection(1200) | {f"e{number}": 1050 for number in range(300)}
    first = full(100)
    listed: list[tuple[str, list[str]]] = []
    while first.pages < killed_at and first.url is not None:
        page = answer(documents, first.url)
        listed.append((page.url, page.keys))
        first.read(page)
    position = first.save()
    assert position is not None
    second = full(100)
    second.resume(position, listed)
    read = walk(second, documents)
    assert read.union(*(keys for _, keys in listed)) == documents.keys()
    assert second.has_read_all
    assert second.pages <= 18 - killed_at + 3


def test_an_unchanged_service_is_two_answers() -> None:
    traversal = SearchTraversal(QUERY, CrawlOptions(), overlap=2)
    documents = collection(2000) | {f"u{number}": None for number in range(600)}
    while traversal.url is not None:
        page = answer(documents, traversal.url)
        traversal.read(replace(page, has_news=False))
    assert traversal.pages == 2
    assert traversal.save() is None


def test_after_an_answer_that_can_t_be_read_fewer_documents_are_asked_for() -> None:
    documents = collection(2000)
    traversal = full()
    traversal.skip("more than 8 MiB")
    assert "per_page=125" in str(traversal.url)
    assert walk(traversal, documents) == documents.keys()
    assert traversal.has_read_all


def test_three_answers_that_can_t_be_read_are_the_end() -> None:
    traversal = full()
    for _ in range(3):
        traversal.skip("no answer")
    assert traversal.url is None
    assert traversal.problems == ["no answer"]


def test_a_full_answer_is_not_the_last_whatever_number_the_service_names() -> None:
    documents, traversal, read = collection(700), full(), set[str]()
    while traversal.url is not None:
        page = answer(documents, traversal.url)
        read.update(page.keys)
        traversal.read(replace(page, found=len(page.keys)))
    assert len(read) == 700


def test_a_search_that_was_cut_off_proves_nothing() -> None:
    traversal = full()
    traversal.read(AnswerFacts(str(traversal.url), ["d1"], found=1, is_cut_off=True))
    assert not traversal.has_read_all
    assert "search_cutoff" in traversal.problems[0]


def test_fields_that_the_service_does_not_know_are_left_out() -> None:
    traversal = SearchTraversal(SearchQuery(QUERY.base, types=["Speech"]), CrawlOptions())
    assert traversal.leave_out("title")
    assert traversal.leave_out("item_type")
    assert not traversal.leave_out("date")
    assert "query_by" not in str(traversal.url)
    assert "item_type%3A%3D" not in str(traversal.url)
    assert "bundle%3A%3D%5B%60Speech%60%5D" in str(traversal.url)
