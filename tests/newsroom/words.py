"""The words that titles and teasers are made of; all are invented."""

from __future__ import annotations

import tomllib

from tests.newsroom.values import VALUES

_WORDS = tomllib.loads(VALUES.with_name("newsroom-words.toml").read_text(encoding="utf-8"))

EVENTS: list[str] = _WORDS["events"]
PEOPLE: list[str] = _WORDS["people"]
PLACES: list[str] = _WORDS["places"]
COUNTRIES: list[str] = _WORDS["countries"]
VERBS: list[str] = _WORDS["verbs"]
CLOSINGS: list[str] = _WORDS["closings"]
SUBJECTS: dict[str, list[str]] = _WORDS["subjects"]
"""The subjects of stories, by topic."""
GENERAL_SUBJECTS: list[str] = _WORDS["general_subjects"]
NAMES: dict[str, str] = _WORDS["names"]
"""The names of offices in titles."""
