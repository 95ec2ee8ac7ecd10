"""Evens out what can't be seen in a text: white space, zero-width and control characters."""

from __future__ import annotations

import re

# Marks without width: zero-width space and joiners, word joiner, byte order mark, soft hyphen and
# the marks of direction. Joiners between letters or emoji are kept out on purpose: the newsroom's
# languages (Latin and Cyrillic script) do not need them, and they make equal titles differ.
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_WHITE = re.compile(r"\s+")


def clean(text: str | None) -> str | None:
    r"""Return the text as one line, or None if nothing visible is left of it.

    White space of all kinds becomes one space; zero-width characters, control characters and lone
    surrogates go. Typographic quotes and dashes stay, for they are printed.

    >>> clean("  Ensuring\u00a0Justice \u200bfor “Victims” – today\n")
    'Ensuring Justice for “Victims” – today'
    >>> clean("\u200b ") is None
    True
    """
    if text is None:
        return None
    if text.isprintable() and "  " not in text:  # as most texts are: nothing to even out
        return text.strip() or None
    text = _CONTROL.sub("", UNSEEN.sub("", text))
    return _WHITE.sub(" ", text).strip() or None
