"""The text of a page, from its bytes and what they are declared to be."""

from __future__ import annotations

import codecs
import re

from w3lib.encoding import html_to_unicode

_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SINGLE_BYTE = ("cp125", "iso8859", "koi8", "mac-")  # as the names of Python's codecs begin
_FALLBACK = "osce-news-windows-1252"
_REPLACEMENT = "\ufffd"
_WORDS = re.compile(f"{_REPLACEMENT}{{3,}}")


def decode(body: bytes, content_type: str | None = None) -> tuple[str, str | None]:
    r"""Return the page's text, and a remark if its bytes are not in the declared encoding.

    Like a browser, this uses the header, the byte order mark or the meta element, else UTF-8. Single bytes
    that are not UTF-8 are read as windows-1252, which was pasted into old pages; if they are whole words, the
    page is read as windows-1251, because they are Russian. A page that is valid UTF-8 is read as such even if
    it declares an encoding of single bytes, such as Latin-1. Raises nothing.

    >>> decode(b"<p>\x93Caf\xe9\x94", "text/html; charset=utf-8")
    ('<p>“Café”', 'places that are not UTF-8, as declared, but windows-1252: 2')
    """
    encoding, text = _as_browser(body, content_type)
    name = codecs.lookup(encoding).name
    if name.startswith(_SINGLE_BYTE) and not body.isascii():
        try:
            return body.decode("utf-8-sig"), f"declared as {encoding}, but UTF-8"
        except UnicodeDecodeError:
            return text, None
    if name == "utf-8" and (count := text.count(_REPLACEMENT) - body.count(_REPLACEMENT.encode())):
        if _is_cyrillic(text, count):
            return body.decode("cp1251", "replace"), "not UTF-8, as declared, but windows-1251"
        text = body.removeprefix(codecs.BOM_UTF8).decode("utf-8", _FALLBACK)
        return text, f"places that are not UTF-8, as declared, but windows-1252: {count}"
    return text, None


def _as_browser(body: bytes, content_type: str | None) -> tuple[str, str]:
    """Return the encoding and the text; names that are not those of a text encoding are ignored.

    Python knows codecs that turn bytes into bytes, such as "base64", which w3lib takes for encodings.
    """
    try:
        encoding, text = html_to_unicode(content_type, body, default_encoding="utf-8")
    except (LookupError, ValueError, TypeError):
        encoding, text = "", ""
    in_meta = not body.startswith(_UTF_16_MARKS) and "charset" not in (content_type or "").lower()
    if not encoding or (in_meta and encoding.startswith("utf-16")):
        # A meta element that can be read is not in UTF-16 (HTML standard, "prescan a byte stream").
        return "utf-8", body.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace")
    return encoding, text


def _is_cyrillic(text: str, count: int) -> bool:
    """Whether the bytes that are not UTF-8 form words; in Latin script such letters are few and far apart."""
    in_words = sum(map(len, _WORDS.findall(text)))
    others = sum(char > "\x7f" for char in text) - count
    return in_words * 2 > count and others < count


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    # Five bytes are undefined in windows-1252.
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_FALLBACK, _as_windows_1252)
