"""The articles of the stories; each story always has the same article."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from tests.newsroom.labels import escape
from tests.newsroom.stories import Story
from tests.newsroom.words import CLOSINGS, EVENTS, GENERAL_SUBJECTS, PEOPLE, PLACES


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a text, with its lines as a reader sees them, without markup."""

    kind: str  # paragraph, quote, heading, list, numbered
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """Return the block as plain text."""
        if self.kind == "list":
            return "\n".join(f"- {line}" for line in self.lines)
        if self.kind == "numbered":
            return "\n".join(f"{number}. {line}" for number, line in enumerate(self.lines, 1))
        return "\n".join(self.lines)

    @property
    def html(self) -> str:
        """Return the block as HTML."""
        lines = [escape(line) for line in self.lines]
        if self.kind in ("list", "numbered"):
            tag = "ul" if self.kind == "list" else "ol"
            return f"<{tag}>\n{''.join(f'<li>{line}</li>{chr(10)}' for line in lines)}</{tag}>\n"
        if self.kind == "quote":
            return f"<blockquote><p>{'<br>'.join(lines)}</p></blockquote>\n"
        tag = "h3" if self.kind == "heading" else "p"
        return f"<{tag}>{'<br>'.join(lines)}</{tag}>\n"


@dataclass(frozen=True, slots=True)
class Document:
    """A download: its title as printed, its address and its language."""

    title: str
    href: str
    language: str


@dataclass(frozen=True, slots=True)
class Article:
    """What a story's own page shows in addition to the values of the story."""

    story: Story
    language: str
    blocks: tuple[Block, ...]
    place: str
    image: str | None
    caption: str | None
    documents: tuple[Document, ...]
    contact: tuple[str, ...]
    translations: tuple[tuple[str, str], ...]  # code and address


@dataclass(frozen=True, slots=True)
class _Words:
    """The parts of articles in one language."""

    sentences: Callable[[Random], str]
    headings: tuple[str, ...]
    items: tuple[str, ...]
    quotes: tuple[str, ...]
    caption: str
    contacts: str
    names: tuple[str, ...]
    office: str


def _english(rng: Random) -> str:
    event, people, subject = rng.choice(EVENTS), rng.choice(PEOPLE), rng.choice(GENERAL_SUBJECTS)
    place = rng.choice(PLACES)
    return rng.choice(
        (
            f"{event} for {rng.randint(8, 90)} {people} was held in {place} last week.",
            f"The {rng.randint(3, 30)} experts looked at {subject} and at what {people} can add to it.",
            f"“Without {people}, {subject} stays a word on paper,” said one of the speakers in {place}.",
            f"{rng.choice(CLOSINGS)}.",
        )
    )


def _russian(rng: Random) -> str:
    return rng.choice(
        (
            f"В обсуждении приняли участие {rng.randint(20, 90)} учителей и журналистов.",
            "Эксперты рассмотрели, как местные власти отвечают на вопросы жителей.",
            "«Правила должны быть известны всем», – сказал один из выступавших.",
            "Рекомендации будут опубликованы в ближайшие недели.",
            "Проект продлится до конца следующего года & охватит три района.",
        )
    )


WORDS = {
    "en": _Words(
        sentences=_english,
        headings=("Background", "Next steps", "What was agreed", "The way ahead: 2 & 3"),
        items=(
            "a common form for reports",
            "training for trainers, in two languages",
            "“open days” at town halls",
            "a list of contacts for emergencies",
            "one meeting in every three months",
        ),
        quotes=("Good rules are not enough: people have to know them.", "We came to listen, and we did."),
        caption="Participants at the opening in",
        contacts="Contacts",
        names=("Anna Example", "Boris Sample", "Carla Invented"),
        office="Spokesperson, Press and Public Information Section",
    ),
    "ru": _Words(
        sentences=_russian,
        headings=("Справка", "Дальнейшие шаги"),
        items=("единая форма отчёта", "обучение тренеров на двух языках", "дни открытых дверей"),
        quotes=("Мы приехали слушать.",),
        caption="Участники на открытии,",
        contacts="Контакты",
        names=("Анна Примерова", "Борис Образцов"),
        office="Пресс-секретарь, отдел общественной информации",
    ),
}


@functools.lru_cache(maxsize=256)
def article_of(story: Story, language: str = "en") -> Article:
    """Return the story's article, which is the same for the same story."""
    rng = Random(f"article {story.node} {language}")
    words = WORDS[language]
    with_image = rng.random() < 0.7
    place = rng.choice(PLACES)
    prefix = "" if language == "en" else f"/{language}"
    person = rng.choice(words.names)
    return Article(
        story=story,
        language=language,
        blocks=tuple(_blocks(rng, story, words)),
        place=place,
        image=f"/files/imagecache/10_large_gallery/images/{story.node}.jpg" if with_image else None,
        caption=f"{words.caption} {place}. (OSCE/{person})" if with_image and rng.random() < 0.8 else None,
        documents=tuple(_documents(rng, story, language)),
        contact=(words.contacts, person, words.office, f"+43 1 514 36 {rng.randint(1000, 9999)}"),
        translations=tuple(
            (code, f"{'' if code == 'en' else f'/{code}'}/node/{story.node}")
            for code in ("en", "ru", "uk")
            if story.node % 3 == 0
        )
        or ((language, f"{prefix}{story.path}"),),
    )


def article_paragraphs(story: Story, language: str = "en") -> list[str]:
    """Return the expected paragraphs of the story's article; the text joins them with empty lines."""
    return [block.text for block in article_of(story, language).blocks]


def _blocks(rng: Random, story: Story, words: _Words) -> Iterator[Block]:
    def paragraph() -> Block:
        return Block("paragraph", (" ".join(words.sentences(rng) for _ in range(rng.randint(2, 4))),))

    if story.teaser:
        # The list cuts teasers; the article has the rest.
        yield Block("paragraph", (f"{story.teaser.rstrip(' .:')}. {words.sentences(rng)}",))
    yield paragraph()
    yield paragraph()
    if rng.random() < 0.5:
        yield Block("quote", (rng.choice(words.quotes),))
        yield paragraph()
    if rng.random() < 0.6:
        yield Block("heading", (rng.choice(words.headings),))
        yield Block("paragraph", (words.sentences(rng),))
        kind = "numbered" if rng.random() < 0.3 else "list"
        yield Block(kind, tuple(rng.sample(words.items, 3)))
        yield paragraph()
    if rng.random() < 0.3:
        yield Block("paragraph", (words.sentences(rng), words.sentences(rng)))
        yield paragraph()


def _documents(rng: Random, story: Story, language: str) -> Iterator[Document]:
    names = {"en": "English", "ru": "Русский"}
    for code in (language, "ru" if language == "en" else "en")[: rng.choice((1, 1, 2))]:
        number = story.node + len(code) * (code == "ru")
        yield Document(
            names[code], f"/files/f/documents/{number % 10}/{number // 10 % 10}/{number}.pdf", code
        )
