"""The seven real items that this project began with."""

from __future__ import annotations

from pathlib import Path

from tests.newsroom.dates import read_day
from tests.newsroom.labels import LABELS
from tests.newsroom.stories import Story

SEED = Path(__file__).resolve().parent / "seed-listing.txt"

# The text has no addresses. The offices' paths are the site's; the numbers are invented.
ASSUMED_PATHS = (
    "/cthb/514201",
    "/mission-to-bosnia-and-herzegovina/514174",
    "/cthb/513814",
    "/centre-in-ashgabat/513427",
    "/secretariat/513106",
    "/programme-office-in-astana/512716",
    "/cthb/512092",
)


def seed_stories() -> list[Story]:
    """The seven items, in the text's order and to the letter."""
    labels = {label: name for name, label in LABELS["en"].items()}
    lines = SEED.read_text(encoding="utf-8").splitlines()[3:]
    dates = [number for number, line in enumerate(lines) if line.startswith(LABELS["en"]["date"])]
    ends = [number - 1 for number in dates[1:]] + [len(lines)]
    stories = []
    for path, start, end in zip(ASSUMED_PATHS, dates, ends, strict=True):
        printed: dict[str, str] = {}
        teaser = ""
        for line in lines[start:end]:
            label = next((known for known in labels if line.startswith(known)), None)
            if label is None:
                teaser = line
            else:
                printed[labels[label]] = line.removeprefix(label).strip()
        day = read_day(printed["date"])
        if day is None:
            raise ValueError(f"no date in {SEED.name} at {lines[start]!r}")
        stories.append(
            Story(
                node=int(path.rsplit("/", 1)[1]),
                path=path,
                title=lines[start - 1],
                published=day,
                content_type=printed.get("type"),
                offices=tuple(printed["offices"].split(", ")) if "offices" in printed else (),
                topics=tuple(printed["topics"].split(", ")) if "topics" in printed else (),
                teaser=teaser,
            )
        )
    return stories
