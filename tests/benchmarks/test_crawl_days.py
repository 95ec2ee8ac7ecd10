"""The benchmark of simulated days counts what it says it counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.crawl_days import FOUND, ROBOTS, WAYS, run
from benchmarks.days import simulate
from benchmarks.known import Known, Score, values_of
from benchmarks.operations import Edit, Remove, Restore
from benchmarks.strategies import OsceNews
from tests.newsroom import Newsroom, StoryList, make_stories

SIMULATION = simulate(14, seed=1, items=400)
SCORES = {way.name: run(way, SIMULATION) for way in WAYS if "osce-news" not in way.name}
ALL = {group: SCORES["full crawl daily"].found(group)[1] for group in FOUND}


def test_a_full_crawl_each_day_finds_everything_at_once() -> None:
    score = SCORES["full crawl daily"]
    assert {group: score.found(group) for group in FOUND} == {g: (count, count) for g, count in ALL.items()}
    assert [score.days_late(group) for group in FOUND] == [0.0] * len(FOUND)
    assert (score.requests[0], score.wrong, score.outdated) == (9, 0, 0)
    assert set(score.requests[1:]) <= {9, 10}
    assert not score.missed()


def test_deltafetch_never_reads_a_known_item_again() -> None:
    """The counts are those of scrapy-deltafetch 2.1.0 itself, tried with a spider of either kind."""
    score = SCORES["scrapy-deltafetch, item pages"]
    added = ALL["new"] + ALL["back-dated"]
    assert score.requests[0] == 409
    assert sum(score.requests[1:]) == sum(SCORES["full crawl daily"].requests[1:]) + added
    assert score.found("back-dated")[0] == ALL["back-dated"]
    assert score.found("edits")[0] == score.found("removals")[0] == 0
    assert set(SCORES["scrapy-deltafetch, list pages"].requests[1:]) == {2}


def test_an_edit_counts_only_with_a_record_of_it() -> None:
    (story,) = make_stories(1)
    stories = StoryList([story])
    before = {story.node: values_of(story)}
    score = Score()
    score.expect([edit := Edit("edit", story.node, {"title": "Other"})], 3, before)
    edit.apply(stories)
    score.look(Known(before), 3, stories.stories, stories.stories)
    assert (score.found("edits"), score.outdated) == ((0, 1), 1)
    after = {story.node: values_of(stories.story(story.node))}
    score.look(Known(after), 4, stories.stories, stories.stories)
    assert (score.found("edits"), score.outdated) == ((0, 1), 0)
    score.look(Known(after, revised={(story.node, "title")}), 5, stories.stories, stories.stories)
    assert (score.found("edits"), score.days_late("edits")) == ((1, 1), 2.0)


def test_withdrawing_is_right_or_wrong_and_a_return_counts_after_it() -> None:
    one, two, three = stories = make_stories(3)
    score, items = Score(), {story.node: values_of(story) for story in stories}
    score.expect([Remove("removal", one.node)], 1, items)
    score.look(Known(items, withdrawn={one.node}), 1, [two, three], [two, three])
    assert (score.found("removals"), score.wrong) == ((1, 1), 0)
    score.expect([Restore("restored", one.node)], 3, items)
    score.look(Known(items, withdrawn={one.node}), 3, stories, stories)
    assert (score.found("removals"), score.wrong) == ((1, 2), 0), "a return that is not noticed yet"
    score.look(Known(items, withdrawn={two.node}), 4, stories, [one, three])
    assert (score.found("removals"), score.days_late("removals")) == ((2, 2), 0.5)
    assert score.wrong == 0, "what went during the crawl may be taken for withdrawn"
    score.look(Known(items, withdrawn={two.node, three.node}), 5, [one, three], [one, three])
    assert score.wrong == 1


@pytest.mark.slow
def test_a_command_that_fails_is_named_and_counts_as_having_found_nothing(tmp_path: Path) -> None:
    with Newsroom(make_stories(3), robots=ROBOTS) as site:
        strategy = OsceNews(site, tmp_path / "no-such-folder" / "a.db")
        strategy.crawl(4, int)
    (failure,) = strategy.failures
    assert failure.startswith("day 4: status ")
    assert "no-such-folder" in failure
    assert strategy.known() == Known({})


@pytest.mark.slow
def test_the_real_command_is_read_as_it_stores(tmp_path: Path) -> None:
    with Newsroom(make_stories(60), robots=ROBOTS) as site:
        strategy = OsceNews(site, tmp_path / "a.db")
        requests = strategy.crawl(0, int)
        known = strategy.known()
        assert not strategy.failures
        assert requests == len(site.log) >= 3
        assert known == Known({story.node: values_of(story) for story in site.stories})
