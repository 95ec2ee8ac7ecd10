"""A real pywb on a free port of 127.0.0.1; it gets a virtual environment of its own.

It needs brotlipy, which hides the package brotli that our own reader of archives uses.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from filelock import FileLock

PACKAGES = ("pywb==2.10.0", "setuptools<81")  # pywb imports pkg_resources


def installed(folder: Path) -> Path:
    """Return the folder of pywb's programs, after installing it below `folder` if it is not there."""
    programs = folder / "pywb" / "bin"
    with FileLock(folder / "pywb.lock"):  # several processes may run tests
        if not (programs / "wayback").exists():
            subprocess.run([sys.executable, "-m", "venv", str(folder / "pywb")], check=True)
            pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", *PACKAGES]
            subprocess.run(pip, check=True, capture_output=True, timeout=300)
    return programs


@contextmanager
def running(programs: Path, folder: Path, warcs: Sequence[Path]) -> Iterator[str]:
    """Serve WARC files from a collection in this folder, and yield its address."""
    manager = programs / "wb-manager"
    for arguments in (["init", "osce"], ["add", "osce", *warcs]):
        subprocess.run([manager, *arguments], cwd=folder, check=True, capture_output=True, timeout=60)
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    with (folder / "log").open("wb") as log:
        command = [str(programs / "wayback"), "-b", "127.0.0.1", "-p", str(port)]
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/", process, folder / "log")
        yield f"http://127.0.0.1:{port}/osce"
    finally:
        process.kill()
        process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"pywb did not start: {log.read_text(errors='replace')[-500:]}")
