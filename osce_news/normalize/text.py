"""Removes invisible differences between texts: white space, zero-width and control characters, markup."""

from __future__ import annotations

import html
import re
import unicodedata

# Zero-width characters: spaces, joiners, byte order mark, soft hyphen and marks of direction. Joiners are
# removed too: Latin and Cyrillic script do not need them, and they make equal titles differ.
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_WHITE = re.compile(r"\s+")
# Markup that texts of the search service carry. Elements of the first kind end a line. "<p.novak@osce.org>"
# is no markup.
BLOCK_TAG = re.compile(
    r"</?(?:p|div|br|hr|ul|ol|li|dl|dt|dd|table|tr|td|th|h[1-6]|blockquote|pre|section|article|header|footer|"
    r"figure|figcaption)(?:[\s/][^<>]*)?>",
    re.IGNORECASE,
)
_INLINE = re.compile(r"</?(?:mark|em|strong|b|i|u|span|a|sup|sub|small)(?:[\s/][^<>]*)?>", re.IGNORECASE)
# Also escaped more than once, such as "&amp;amp;".
_ENTITY = re.compile(r"&(?:amp;)*(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")


def numbered(number: int, noun: str) -> str:
    """Return a number with its noun.

    >>> numbered(1, "page"), numbered(34_000, "item")
    ('1 page', '34,000 items')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def printable(text: str) -> str:
    """Return the text with spaces instead of line breaks and characters that would control a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def clean(text: str | None) -> str | None:
    r"""Return the text as one line, or None if it has no visible character.

    Each run of white space becomes one space. Zero-width characters, control characters and lone surrogates
    are removed, and letters with marks are composed (NFC); typographic quotes and dashes are kept.

    >>> clean("  Ensuring\u00a0Justice \u200bfor “Victims” – today\n")
    'Ensuring Justice for “Victims” – today'
    >>> clean("\u200b ") is None
    True
    """
    if text is None:
        return None
    if not text.isprintable() or "  " in text:  # most texts need none of this
        text = _WHITE.sub(" ", _CONTROL.sub("", UNSEEN.sub("", text)))
    return unicodedata.normalize("NFC", text).strip() or None


def plain_text(text: str | None) -> str | None:
    """Return the text as `clean` does, without the markup in it, and with characters for entities.

    >>> plain_text("<mark>OSCE</mark> &amp; partners<br>in Vienna"), plain_text("Less than < 5 & more")
    ('OSCE & partners in Vienna', 'Less than < 5 & more')
    >>> plain_text("<p>Write to Anna <a.novak@osce.org></p>")
    'Write to Anna <a.novak@osce.org>'
    >>> plain_text("&amp;ldquo;Escaped twice&amp;amp;&quot;")
    '“Escaped twice&"'
    """
    if text is None:
        return None
    if "<" in text:
        text = _INLINE.sub("", BLOCK_TAG.sub(" ", text))
    if "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(f"&{entity[1]};"), text)
    return clean(text)
