"""Removes invisible differences between texts: white space, zero-width and control characters."""

from __future__ import annotations

import re

# Zero-width characters: spaces, joiners, byte order mark, soft hyphen and marks of direction. Joiners are
# removed too: Latin and Cyrillic script do not need them, and they make equal titles differ.
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_WHITE = re.compile(r"\s+")


def clean(text: str | None) -> str | None:
    r"""Return the text as one line, or None if it has no visible character.

    Each run of white space becomes one space. Zero-width characters, control characters and lone surrogates
    are removed; typographic quotes and dashes are kept.

    >>> clean("  Ensuring\u00a0Justice \u200bfor “Victims” – today\n")
    'Ensuring Justice for “Victims” – today'
    >>> clean("\u200b ") is None
    True
    """
    if text is None:
        return None
    if text.isprintable() and "  " not in text:  # as in most texts: nothing to do
        return text.strip() or None
    text = _CONTROL.sub("", UNSEEN.sub("", text))
    return _WHITE.sub(" ", text).strip() or None
