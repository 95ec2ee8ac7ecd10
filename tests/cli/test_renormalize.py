"""`renormalize`: what it says that it did."""

from __future__ import annotations

import json
from pathlib import Path

from osce_news.storage import Writer
from tests.helpers import run


def test_renormalize_says_what_it_did(filled: Path, tmp_path: Path) -> None:
    with Writer(filled) as writer:
        writer.connection.execute("UPDATE items SET title = 'Spoilt' WHERE id = '514201'")
    result = run("renormalize", cwd=tmp_path)
    assert (result.status, result.err) == (0, "")
    assert result.out == "osce-news.db: 93 items normalised again, 1 changed\n"
    assert (
        json.loads(run("list", "--until", "2022-03-15", "--json", cwd=tmp_path).out)[1]["title"] != "Spoilt"
    )
