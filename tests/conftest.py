"""What all tests share."""

from __future__ import annotations

import pytest

collect_ignore = ["as_installed"]  # modules that can't be imported


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--large", action="store_true", help="run the large versions of tests (minutes)")
    parser.addoption("--kills", type=int, default=12, help="how many crawls are killed  [default: 12]")
