"""`search`: what it says about a query."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers import run


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (
            "wrong:osce",
            '"wrong:osce" is searched for as words: the columns are title:, teaser: and text:\nnothing found',
        ),
        (
            "trafficking (",
            "not a valid query (syntax error at its end), so its words were searched for\n10 items",
        ),
        ("quokka", "nothing found"),
        ("trafficking", "10 items"),
        (
            "x " * 50_000,
            (
                "not a valid query (longer than 10,000 characters), so its words were searched for\n"
                "nothing found"
            ),
        ),
    ],
    ids=["column", "syntax", "nothing", "found", "long"],
)
def test_a_search_says_how_it_read_the_query(filled: Path, tmp_path: Path, query: str, says: str) -> None:
    result = run("search", query, cwd=tmp_path)
    assert (result.status, result.err.strip()) == (0, says)


def test_words_need_no_quotes(filled: Path, tmp_path: Path) -> None:
    quoted, plain = (run("search", *words, cwd=tmp_path) for words in (["OSCE Vienna"], ["OSCE", "Vienna"]))
    assert (plain.status, plain.errors) == (0, ["10 items"])
    assert plain.out == quoted.out
    assert len(plain.out.splitlines()) > 1


@pytest.mark.parametrize(
    ("typed", "quoted"),
    [
        (["OSCE", "-Vienna"], "OSCE -Vienna"),
        (["-Vienna", "OSCE", "-border"], "OSCE -Vienna -border"),
        (["OSCE", "-code of conduct"], 'OSCE -"code of conduct"'),  # the shell took the quotes
        (["OSCE", '-"code of conduct"'], 'OSCE -"code of conduct"'),
        (["OSCE", "-v", "--", "-Vienna"], "OSCE -Vienna"),
    ],
)
def test_excluded_words_need_no_quotes(filled: Path, tmp_path: Path, typed: list[str], quoted: str) -> None:
    result, same = (run("search", "--limit", "0", *words, cwd=tmp_path) for words in (typed, [quoted]))
    assert (result.status, result.out, result.err) == (0, same.out, same.err)
    assert result.out != run("search", "OSCE", "--limit", "0", cwd=tmp_path).out
