"""Output into a pipe whose reader may stop; apart from `output`, so that `--help` imports nothing heavy."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def as_far_as_read() -> Iterator[None]:
    """Let a reader such as `head` stop reading what the block prints, without another exit status."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
