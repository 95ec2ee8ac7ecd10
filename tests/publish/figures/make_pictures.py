"""Redraws the pictures of docs/figures.md from 30,000 generated items.

python -m tests.publish.figures.make_pictures
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.generated import fill
from tests.helpers import ROOT, environment

PICTURES = ROOT / "docs" / "figures"
ITEMS = 30_000


def commands() -> list[str]:
    """Return the commands in docs/figures.md."""
    text = (ROOT / "docs" / "figures.md").read_text(encoding="utf-8")
    return re.findall(r"^\$ osce-news (.*)$", text, re.MULTILINE)


def shown() -> list[str]:
    """Return the file names of the pictures in docs/figures.md."""
    text = (ROOT / "docs" / "figures.md").read_text(encoding="utf-8")
    return re.findall(r"!\[[^]]+\]\(figures/([^)]+)\)", text)


def main() -> None:
    """Draw each picture with its command."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder, "osce-news.db")
        fill(database, ITEMS)
        for command in commands():
            if command.rsplit(" ", 1)[-1] in shown():
                subprocess.run(
                    [sys.executable, "-m", "osce_news", *command.split()],
                    cwd=PICTURES,
                    env=environment({"OSCE_NEWS_DB": os.fspath(database)}),
                    check=True,
                )


if __name__ == "__main__":
    main()
