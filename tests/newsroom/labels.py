"""The labels of a result and their values, as HTML text."""

from __future__ import annotations

import html
from dataclasses import dataclass
from urllib.parse import quote

from tests.newsroom.dates import print_day
from tests.newsroom.stories import Story

# Without a label nothing is printed. No Russian label for offices or collections was ever seen.
LABELS = {
    "en": {
        "date": "Publishing date:",
        "collections": "Collections:",
        "type": "Content type:",
        "offices": "Where we are:",
        "topics": "What we do:",
    },
    "ru": {"date": "Дата публикации:", "type": "Вид контента:", "topics": "Что мы делаем"},
}

# The known numbers of the filters.
OFFICE_NUMBERS = {
    "OSCE Presence in Albania": 6,
    "OSCE Chairpersonship": 9,
    "OSCE Mission to Bosnia and Herzegovina": 11,
    "OSCE Mission in Kosovo": 12,
    "OSCE Mission to Montenegro": 14,
    "OSCE Mission to Serbia": 17,
    "OSCE Mission to Skopje": 18,
    "OSCE Office for Democratic Institutions and Human Rights": 24,
    "OSCE Mission to Moldova": 25,
    "OSCE Representative on Freedom of the Media": 27,
    "OSCE Parliamentary Assembly": 29,
    "OSCE Programme Office in Dushanbe": 40,
    "OSCE Project Co-ordinator in Uzbekistan": 42,
    "OSCE Special Monitoring Mission to Ukraine (closed)": 896,
}
TOPIC_NUMBERS = {
    "Combating trafficking in human beings": 111,
    "Arms control": 112,
    "Border management": 113,
    "Countering terrorism": 114,
    "Conflict prevention and resolution": 116,
    "Democratization": 117,
    "Elections": 120,
    "Environmental activities": 121,
    "Gender equality": 122,
    "Media freedom and development": 124,
    "Policing": 127,
    "Roma and Sinti": 128,
    "Rule of law": 129,
    "Tolerance and non-discrimination": 130,
    "Good governance": 379,
    "Migration": 1261,
    "Youth": 1266,
}


@dataclass(frozen=True, slots=True)
class Field:
    """A labelled line of a result; label and values are HTML text."""

    name: str
    label: str
    values: tuple[str, ...]

    @property
    def joined(self) -> str:
        """Return the values as the list prints them, joined by commas."""
        return ", ".join(self.values)

    @property
    def linked(self) -> tuple[str, ...]:
        """Return each value as a link to the list filtered by it."""
        return tuple(f'<a href="{_filter(self.name, value)}">{value}</a>' for value in self.values)


@dataclass(frozen=True, slots=True)
class Result:
    """A story as a page shows it; all values are HTML text."""

    href: str
    title: str
    fields: tuple[Field, ...]
    teaser: str


def escape(text: str) -> str:
    """Return the text as Drupal escapes it, in attributes and between tags.

    >>> escape("Q&A: <one's own>")
    'Q&amp;A: &lt;one&#039;s own&gt;'
    """
    return html.escape(text, quote=True).replace("&#x27;", "&#039;")


def result(story: Story, language: str = "en") -> Result:
    """Return the story as a page in this language shows it, without labels that have no value."""
    printed = {
        "date": (print_day(story.published, language),),
        "collections": (story.collections,) if story.collections else (),
        "type": (story.content_type,) if story.content_type else (),
        "offices": story.offices,
        "topics": story.topics,
    }
    fields = tuple(
        Field(name, label, tuple(escape(value) for value in printed[name]))
        for name, label in LABELS[language].items()
        if printed[name]
    )
    title = escape(story.title)
    if story.emphasis:
        emphasis = escape(story.emphasis)
        title = title.replace(emphasis, f"<em>{emphasis}</em>", 1)
    prefix = "" if language == "en" else f"/{language}"
    return Result(prefix + escape(story.path), title, fields, escape(story.teaser))


def _filter(name: str, value: str) -> str:
    plain = html.unescape(value)
    if name == "offices" and plain in OFFICE_NUMBERS:
        return f"/press-releases?filters=im_taxonomy_vid_1%3A%28{OFFICE_NUMBERS[plain]}%29"
    if name == "topics" and plain in TOPIC_NUMBERS:
        return f"/press-releases?filters=im_taxonomy_vid_3%3A%28{TOPIC_NUMBERS[plain]}%29"
    return f"/press-releases/{quote(plain, safe='')}"
