"""What is odd about an article's text, in words for the researcher who reads it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml.etree import _Element as Element

from osce_news.pages.article_text import Paragraph

_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]+")
_MANY = 100  # letters; less is a name
_SHARE = 0.1  # of all letters


def oddities(text: Sequence[Paragraph]) -> list[str]:
    """Return a note for each oddity of the text; an empty list if there is none."""
    notes = []
    whole = "\n".join(one.text for one in text)
    if unreadable := whole.count("\ufffd"):
        notes.append(f"unreadable characters: {unreadable}")
    latin, cyrillic = (sum(map(len, letters.findall(whole))) for letters in (_LATIN, _CYRILLIC))
    if min(latin, cyrillic) > max(_MANY, _SHARE * (latin + cyrillic)):
        notes.append("Latin and Cyrillic letters: maybe two languages in one text")
    return notes


def other_languages(texts: Sequence[Element], language: str | None) -> list[str]:
    """Return a note that names the languages that parts of the text declare, if they are not the page's."""
    declared = (element.get("lang") for text in texts for element in text.iter("*"))
    codes = {code.split("-")[0].strip().lower()[:10] for code in declared if code} - {language, ""}
    return [f"parts declared as {', '.join(sorted(map(str, codes))[:5])}"] if codes else []
