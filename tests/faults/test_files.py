"""Databases with flipped bytes: found by `verify`, or without consequence."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from osce_news.errors import OsceNewsError
from osce_news.storage.integrity import problems
from tests.archive.replaying import crawl, newsroom
from tests.helpers import run
from tests.newsroom import make_newer

FLIPS = 40
READERS = ("list --limit 0 --format json", "export out.jsonl --format jsonl", "stats --by year")


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two crawls: `a.db` and their `archive`."""
    folder = tmp_path_factory.mktemp("crawled")
    with newsroom(25) as server:
        assert crawl(server, folder).status == 0
        server.publish(*make_newer(server.stories, 3))
        assert crawl(server, folder).status == 0
    return folder


def test_a_flipped_byte_of_a_database_is_found_by_verify_or_harms_no_reader(
    crawled: Path, tmp_path: Path
) -> None:
    """No checksum guards the values themselves: one letter more or less is beyond what `verify` can see."""
    sound, rng = (crawled / "a.db").read_bytes(), Random(5)
    assert run("list", "--db", "a.db", cwd=crawled).status == 0
    db, found = tmp_path / "a.db", Counter[str]()
    for place in rng.sample(range(100, len(sound)), FLIPS):
        damaged = bytearray(sound)
        damaged[place] ^= rng.randrange(1, 256)
        db.write_bytes(damaged)
        try:
            told = bool(problems(db))
        except OsceNewsError:
            told = True
        found["told" if told else "harmless"] += 1
        for reader in READERS:
            read = run(*reader.split(), "--db", "a.db", cwd=tmp_path)
            assert read.status == 0 or (told and read.status == 1), (place, reader, read.err)
            assert "Traceback" not in read.err, (place, read.err)
    print(f"flipped bytes: {FLIPS} of {FLIPS}, {dict(found)}")
    assert found["told"] > FLIPS // 10
