"""Cleaning of texts: what is removed, and what is kept."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osce_news.normalize import clean

TYPOGRAPHY = "–—―‐‑‒−“”„«»‘’‚‹›…·•№§©€ëšđČİßЙёї"


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@given(st.text())
def test_what_is_left_is_one_line_without_space_around_it_or_nothing(text: str) -> None:
    found = clean(text)
    if found is not None:
        assert found
        assert found == " ".join(found.split())
        assert found.splitlines() == [found]
        assert "\0" not in found
        found.encode("utf-8")  # no lone surrogate is left


@given(st.text())
def test_no_visible_letter_is_lost_or_added(text: str) -> None:
    visible = "".join(letter for letter in text if letter.isprintable() and not letter.isspace())
    kept = "".join(letter for letter in clean(text) or "" if letter.isprintable() and not letter.isspace())
    # Marks may have another order where a space between them is gone.
    assert unicodedata.normalize("NFC", kept) == unicodedata.normalize("NFC", visible)


@given(st.text(st.sampled_from(TYPOGRAPHY + "ab"), min_size=1))
def test_typographic_quotes_and_dashes_and_all_letters_are_kept(text: str) -> None:
    assert clean(text) == text
    assert clean(f"  {text}\n\n{text} ") == f"{text} {text}"


@pytest.mark.parametrize(
    "space", list(" \t\n\r\x0b\x0c\x85\u00a0\u1680\u2003\u2009\u2028\u2029\u202f\u3000"), ids=ascii
)
def test_white_space_of_any_kind_is_one_space(space: str) -> None:
    assert clean(f"{space}one{space}{space} two{space}") == "one two"


@pytest.mark.parametrize(
    "unseen", list("\0\x01\x1b\x7f\x80\u00ad\u200b\u200d\u200e\u202e\u2060\ufeff\ud800"), ids=ascii
)
def test_what_cannot_be_seen_goes(unseen: str) -> None:
    assert clean(f"{unseen}on{unseen}e{unseen}") == "one"
    assert clean(unseen) is None


@pytest.mark.parametrize("text", [None, "", " ", "\n\u00a0\u200b"])
def test_nothing_visible_is_none(text: str | None) -> None:
    assert clean(text) is None
