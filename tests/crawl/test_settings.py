"""What a crawler of somebody else's site has to have set, as Scrapy reads it."""

from __future__ import annotations

import datetime
import http.server
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from scrapy.settings import Settings
from scrapy.settings.default_settings import DOWNLOADER_MIDDLEWARES_BASE

from osce_news.crawl import settings
from tests.helpers import run

SECURE = {
    "ROBOTSTXT_OBEY": True,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "COOKIES_ENABLED": False,
    "METAREFRESH_ENABLED": False,
    "AUTOTHROTTLE_ENABLED": False,
    "CONCURRENT_REQUESTS": 1,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "DOWNLOAD_DELAY": 10.0,
    "DOWNLOAD_DELAY_JITTER": 0,
}


@pytest.mark.parametrize("name", SECURE)
def test_scrapy_reads_the_setting(name: str) -> None:
    """A setting that Scrapy does not know would do nothing: its default has to be there too."""
    known = Settings()
    assert name in known
    known.setmodule(settings)
    assert known[name] == SECURE[name]


def test_only_the_web_can_be_read() -> None:
    known = Settings()
    known.setmodule(settings)
    handlers = known.getwithbase("DOWNLOAD_HANDLERS")
    assert sorted(scheme for scheme, handler in handlers.items() if handler) == ["http", "https"]


def test_a_users_middleware_is_added_to_ours() -> None:
    known = Settings()
    known.setmodule(settings)
    known.set("DOWNLOADER_MIDDLEWARES", {"mine.Middleware": 543}, priority="cmdline")
    middlewares = set(known.getwithbase("DOWNLOADER_MIDDLEWARES"))
    scrapys = set(DOWNLOADER_MIDDLEWARES_BASE)
    assert middlewares - scrapys - {"mine.Middleware"} == set(settings.DOWNLOADER_MIDDLEWARES_BASE) - scrapys
    assert {name.split(".")[-2] for name in scrapys - middlewares} == {
        "retry", "robotstxt", "offsite", "redirect", "httpcompression",
    }  # fmt: skip


def test_a_run_waits_and_tries_again_within_bounds() -> None:
    assert settings.RETRY_TIMES <= 3
    assert {408, 429, 500, 502, 503, 504, *range(520, 525)} <= set(settings.RETRY_HTTP_CODES)
    assert not {401, 403, 404, 410} & set(settings.RETRY_HTTP_CODES)
    assert settings.BACK_OFF_MAX <= settings.RETRY_AFTER_MAX <= 600
    assert 1 <= settings.CIRCUIT_BREAKER <= 3
    silence = (settings.RETRY_TIMES + 1) * settings.DOWNLOAD_TIMEOUT
    waits = settings.RETRY_TIMES * settings.RETRY_AFTER_MAX
    assert settings.CIRCUIT_BREAKER * (silence + waits) < settings.CLOSESPIDER_TIMEOUT_NO_ITEM


@pytest.fixture
def untrusted(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a server whose certificate nobody has signed; the parameter is the address in it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(request.param))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_address[1]}/press-releases"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("untrusted", "said"),
    [
        ("127.0.0.1", "the server's certificate is not valid (certificate verify failed)"),
        ("127.0.0.2", "the server's certificate is that of another host"),
    ],
    indirect=["untrusted"],
)
def test_a_certificate_that_nobody_signed_is_not_believed(untrusted: str, said: str, tmp_path: Path) -> None:
    done = run("crawl", "--start-url", untrusted, "--delay", "0", "--db", "a.db", cwd=tmp_path)
    assert done.status == 1
    assert said in done.err
    assert [line for line in done.errors if line.startswith("osce-news: ")] == done.errors[-1:]
