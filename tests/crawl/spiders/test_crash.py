"""kill -9 at random moments: the database is whole, and at the end what it would have been anyway."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from tests.crawl.spiders.killing import kill_often

PARTS = 4  # so that processes share them


@pytest.mark.parametrize("part", range(PARTS))
def test_killed_crawls_end_as_undisturbed(tmp_path: Path, request: pytest.FixtureRequest, part: int) -> None:
    """12 kills, or as many as `--kills` says; the seed is printed if it fails."""
    kills: int = request.config.getoption("--kills")
    share = kills // PARTS + (part < kills % PARTS)
    seed = secrets.randbelow(1_000_000) * PARTS + part  # full and incremental crawls by turns
    chains = kill_often(tmp_path, share, seed)
    assert sum(chain.kills for chain in chains) == share
    assert [problem for chain in chains for problem in chain.broken] == [], f"seed {seed}"
