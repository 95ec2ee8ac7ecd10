"""The words that are printed around the text of an article, from `article.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from osce_news.normalize.vocabulary import fold


def says(section: str, text: str) -> bool:
    """Whether the text is one of the section's, such as "not_found", in any language.

    >>> says("contact.heading", " Contacts: "), says("contact.heading", "Contacts in the region")
    (True, False)
    """
    return fold(text[:200]).strip(" :.") in _known(section)


def begins(section: str, text: str) -> bool:
    """Whether the text begins with one of the section's words.

    >>> begins("contact.begins", "For further information, please contact: Anna Example")
    True
    """
    return fold(text[:200]).startswith(tuple(_known(section)))


def language_code(name: str) -> str | None:
    """Return the code of a language by its name; None if no language is called so.

    >>> language_code("Русский"), language_code("PDF")
    ('ru', None)
    """
    return _languages().get(fold(name[:60]).strip(" .:()[]"))


@cache
def _known(section: str) -> frozenset[str]:
    words = _words()
    for part in section.split("."):
        words = words[part]
    return frozenset(fold(text) for texts in words.values() for text in texts)


@cache
def _languages() -> dict[str, str]:
    return {fold(name): code for code, names in _words()["languages"].items() for name in names}


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("article.toml").read_text(encoding="utf-8"))
