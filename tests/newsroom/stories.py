"""Made-up stories of the newsroom: any number of them, the same every time."""

from __future__ import annotations

import dataclasses
import datetime
from dataclasses import dataclass
from random import Random

from tests.newsroom.datelines import dateline
from tests.newsroom.dates import print_day
from tests.newsroom.paths import CLOSED, path_prefix
from tests.newsroom.values import Printed, all_offices, all_topics, values_of_the_time
from tests.newsroom.words import (
    CLOSINGS,
    COUNTRIES,
    EVENTS,
    GENERAL_SUBJECTS,
    NAMES,
    PEOPLE,
    PLACES,
    SUBJECTS,
    VERBS,
)

NEWEST = datetime.date(2025, 11, 28)
_FIRST_NODE = 620_000
_LARGEST_STEP = 18


@dataclass(frozen=True, slots=True)
class Story:
    """An item of the newsroom; texts are as a reader sees them, without markup."""

    node: int
    path: str
    title: str
    published: datetime.date
    content_type: str | None = None
    offices: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    collections: str | None = None
    teaser: str = ""
    emphasis: str = ""
    """The part of the title that the page puts into `<em>`; empty for none."""


def make_stories(
    count: int, seed: int = 0, *, newest: datetime.date = NEWEST, first_node: int = _FIRST_NODE
) -> list[Story]:
    """Return `count` stories, newest first, with descending nodes; the same list for the same arguments.

    A shorter list is the beginning of a longer one. As in the real newsroom, there are nearly three items a
    day, so that 28,000 stories reach back to 1997. Raises ValueError for more stories than there are node
    numbers below `first_node`.
    """
    if count * (_LARGEST_STEP + 2) // 2 > first_node:
        raise ValueError(f"{count} stories do not fit below node {first_node}")
    rng = Random(seed)
    stories: list[Story] = []
    titles: dict[str, int] = {}
    node, day = first_node, newest
    for _ in range(count):
        story = _story(rng, node, day)
        part = titles[story.title] = titles.get(story.title, 0) + 1
        if part > 1:
            story = dataclasses.replace(story, title=f"{story.title}, part {part}")
        if stories and rng.random() < 0.008:
            namesake = rng.choice(stories[-60:])
            story = dataclasses.replace(story, title=namesake.title)
        stories.append(story)
        node -= rng.randint(1, _LARGEST_STEP)
        day -= datetime.timedelta(days=rng.choice((0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1)))
    return stories


def make_newer(stories: list[Story], count: int) -> list[Story]:
    """Return `count` stories that are newer than all of `stories`, newest first."""
    top = max((story.node for story in stories), default=_FIRST_NODE)
    last = max((story.published for story in stories), default=NEWEST)
    # The largest step times the count keeps even the lowest new node above all old ones.
    return make_stories(
        count, seed=top, newest=last + datetime.timedelta(days=count), first_node=top + _LARGEST_STEP * count
    )


def _story(rng: Random, node: int, day: datetime.date) -> Story:
    printed = rng.choice(values_of_the_time(day.year))
    offices, topics = _grown(rng, printed)
    office = offices[0] if offices else None
    subject = _subject(rng, topics)
    place = rng.choice(PLACES)
    collections = printed.collections
    if printed.content_type == "News" and rng.random() < 0.01:
        collections = rng.choice(topics) if topics else None
    return Story(
        node=node,
        path=_path(rng, node, office, topics),
        title=_title(rng, printed, day, subject, place),
        published=day,
        content_type=printed.content_type,
        offices=offices,
        topics=topics,
        collections=collections,
        teaser=_teaser(rng, printed, day, subject, place),
    )


def _grown(rng: Random, printed: Printed) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the printed offices and topics; one time in two hundred there are many more."""
    if not printed.offices or rng.random() >= 0.005:
        return printed.offices, printed.topics
    offices = dict.fromkeys((*printed.offices, *rng.sample(all_offices(), 6)))
    topics = dict.fromkeys((*printed.topics, *rng.sample(all_topics(), 8)))
    return tuple(offices)[:7], tuple(topics)


def _path(rng: Random, node: int, office: str | None, topics: tuple[str, ...]) -> str:
    prefix = path_prefix(office)
    if prefix == "odihr" and "Elections" in topics:
        prefix = f"odihr/elections/{rng.choice(COUNTRIES)}"
    return f"/{prefix}/{node}"


def _subject(rng: Random, topics: tuple[str, ...]) -> str:
    known = [topic for topic in topics if topic in SUBJECTS]
    return rng.choice(SUBJECTS[rng.choice(known)] if known else GENERAL_SUBJECTS)


def _short_name(office: str | None) -> str:
    name = (office or "OSCE").removesuffix(CLOSED)
    return NAMES.get(name, name)


def _title(rng: Random, printed: Printed, day: datetime.date, subject: str, place: str) -> str:
    office = printed.offices[0] if printed.offices else None
    name = _short_name(office)
    if printed.content_type in ("Daily report", "Weekly report", "Spot report"):
        number = day.timetuple().tm_yday
        return f"{name} {printed.content_type} {number}/{day.year} issued on {print_day(day)}"
    number = rng.randint(8, 240)
    people = rng.choice(PEOPLE)
    forms = (
        f"{name} {rng.choice(VERBS)} {subject} in {place}",
        f"{name} {rng.choice(VERBS)} {subject}",
        f"{number} {people} trained on {subject} in {place}",
        f"“{subject.capitalize()}”: {people} meet in {place}",
        f"{subject.capitalize()} at heart of {name} event for {people}",
        f"{place}'s {people} discuss {subject} with {name}",
    )
    return rng.choice(forms)


def _teaser(rng: Random, printed: Printed, day: datetime.date, subject: str, place: str) -> str:
    if rng.random() < 0.015:
        return ""
    opening = ""
    if rng.random() < 0.66:
        opening = dateline(rng, printed.place or place.upper(), day)
    people = rng.choice(PEOPLE)
    event = rng.choice(EVENTS)
    sentence = rng.choice(
        (
            f"{event} on {subject} for {rng.randint(8, 240)} {people} was held in {place} today",
            (
                f"{event} on {subject} begins in {place} on {print_day(day)} and brings together "
                f"{people} from {rng.randint(3, 30)} participating States"
            ),
            f"How {people} can help with {subject} was the question of an event in {place}",
            (
                f"{_short_name(next(iter(printed.offices), None))} today presented its report on "
                f"{subject}, the result of talks with {people} in {place} and elsewhere"
            ),
        )
    )
    closing = rng.choice(CLOSINGS)
    # Teasers are cut by the site: in the middle of a sentence, with dots, at a colon.
    ending = rng.random()
    if ending < 0.3:
        return f"{opening}{sentence}. {closing}..."
    if ending < 0.38:
        return f"{opening}{sentence}.."
    if ending < 0.44:
        return f"{opening}{sentence}. The participants agreed on the following:"
    if ending < 0.6:
        return f"{opening}{sentence}. {' '.join(closing.split()[:-2])}"
    return f"{opening}{sentence}. {closing}."
