"""The systemd units: checked by systemd if installed, parsed as systemd parses them, and run."""

from __future__ import annotations

import getpass
import re
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from osce_news.cli.main import cli
from osce_news.cli.schedule import _systemd_command
from tests.cli.schedules.scheduled import HALF_DAYS, agents, schedule, start, stored, stub
from tests.newsroom import Newsroom, faults

Unit = dict[str, dict[str, list[str]]]

NAMES = {"osce-news.service", "osce-news.timer", "osce-news-full.service", "osce-news-full.timer"}
TELLER = "osce-news-failed@.service"


def texts(printed: str) -> dict[str, str]:
    """Return the text of each file."""
    _, *parts = re.split(r"^# file: (\S+)\n", printed, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def parsed(text: str) -> Unit:
    """Return sections with their values; a backslash at a line's end joins it to the next by a space."""
    unit: Unit = {}
    section: dict[str, list[str]] = {}
    for line in text.replace("\\\n", " ").splitlines():
        if found := re.fullmatch(r"\[(\w+)\]", line):
            section = unit.setdefault(found[1], {})
        elif line and not line.startswith(("#", ";")):
            name, is_there, value = line.partition("=")
            assert is_there, line
            section.setdefault(name, []).append(value)
    return unit


def units(*options: str | Path, cwd: Path) -> dict[str, Unit]:
    return {name: parsed(text) for name, text in texts(schedule("systemd", *options, cwd=cwd)).items()}


def value(unit: Unit, section: str, name: str) -> str:
    (found,) = unit[section][name]
    return found


def words(text: str, **specifiers: str) -> list[str]:
    """Return the words of a value, without quotes, escapes and specifiers (systemd.syntax, systemd.unit)."""
    known = {"%": "%", **specifiers}
    return [re.sub("%(.)", lambda found: known[found[1]], word) for word in shlex.split(text)]


def command(unit: Unit, **specifiers: str) -> list[str]:
    """Return the words of the service's command."""
    program, *arguments = words(value(unit, "Service", "ExecStart"), **specifiers)
    for argument in arguments:
        assert not re.search(r"(?<!\$)\$(\$\$)*(?!\$)", argument), f"a variable in {argument}"
    return [program, *(argument.replace("$$", "$") for argument in arguments)]


@pytest.fixture
def made(newsroom: Newsroom, folder: Path) -> dict[str, Unit]:
    url = f"{newsroom.url}/press-releases?f=it's%20$HOME"
    return units("--db", "a.db", "--start-url", url, "--contact", "100% Jane <j@example.org>", cwd=folder)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_accepts_a_program_in_any_folder(folder: Path, tmp_path: Path) -> None:
    unit = tmp_path / "any.service"
    unit.write_text(f"[Service]\nExecStart={_systemd_command([str(folder / 'osce-news'), 'crawl'])}\n")
    verify = ["systemd-analyze", "verify", "--man=no", "any.service"]
    result = start(verify, env={"XDG_RUNTIME_DIR": tempfile.gettempdir()}, cwd=tmp_path)
    assert (result.status, result.err) == (0, "")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@pytest.mark.parametrize("user", [False, True], ids=["system", "user"])
def test_systemd_accepts_the_units(folder: Path, tmp_path: Path, user: bool) -> None:
    printed = schedule("systemd", "--db", "a.db", *(["--user"] if user else []), cwd=folder)
    for name, text in texts(printed).items():
        (tmp_path / name).write_text(text)
    verify = ["systemd-analyze", "--user" if user else "--system", "verify", "--man=no"]
    # A short folder: other units have sockets below it, whose paths have at most 107 characters.
    environment = {"XDG_RUNTIME_DIR": tempfile.gettempdir(), "HOME": str(tmp_path)}
    result = start([*verify, *sorted(NAMES | {TELLER})], env=environment, cwd=tmp_path)
    assert (result.status, result.err) == (0, "")
    # It does find errors, such as an unknown option.
    broken = (tmp_path / "osce-news.service").read_text().replace("Nice=", "Nicest=")
    (tmp_path / "osce-news.service").write_text(broken)
    assert "Nicest" in start([*verify, "osce-news.service"], env=environment, cwd=tmp_path).err


@pytest.mark.parametrize("user", [False, True], ids=["system", "user"])
def test_each_unit_refers_to_existing_units(tmp_path: Path, user: bool) -> None:
    made = units(*(["--user"] if user else []), cwd=tmp_path)
    assert set(made) == NAMES | {TELLER}
    for name in ("osce-news", "osce-news-full"):
        assert value(made[f"{name}.service"], "Unit", "OnFailure") == TELLER.replace("@", "@%n")
        assert value(made[f"{name}.timer"], "Install", "WantedBy") == "timers.target"
        assert value(made[f"{name}.timer"], "Timer", "Persistent") == "true"
        assert "RandomizedDelaySec" in made[f"{name}.timer"]["Timer"]
    # The daily crawl waits for the full one, not the other way round.
    assert "osce-news-full.service" in made["osce-news.service"]["Unit"]["After"]
    assert "osce-news.service" not in made["osce-news-full.service"]["Unit"].get("After", [])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["osce-news", "osce-news-full"])
def test_a_service_crawls(
    made: dict[str, Unit], newsroom: Newsroom, folder: Path, tmp_path: Path, name: str
) -> None:
    unit = made[f"{name}.service"]
    started = [*command(unit), "--delay", "0"]
    assert ("--full" in started) == (name == "osce-news-full")
    (environment,) = words(value(unit, "Service", "Environment"))
    result = start(started, env=dict([environment.split("=", 1)]), cwd=tmp_path)
    assert result.status == 0, result.err
    assert stored(folder / "a.db") == 60
    assert [agent.partition(" ")[2] for agent in agents(newsroom)] == ["(+100% Jane <j@example.org>)"]
    assert any("it%27s+%24HOME" in path for path in newsroom.paths)


@pytest.mark.slow
def test_a_service_fails_with_its_crawl(made: dict[str, Unit], newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.fail(faults.everything, faults.status(403))
    assert start([*command(made["osce-news.service"]), "--delay", "0"], env={}, cwd=tmp_path).status == 6
    assert made["osce-news.service"]["Service"]["SuccessExitStatus"] == ["130"]  # interrupted, nothing else


@pytest.mark.slow
def test_a_ping_and_a_notice_are_variables_of_both_services(tmp_path: Path) -> None:
    (tmp_path / "notify").write_text("json://me:geheim@localhost\n")
    (tmp_path / "notify").chmod(0o600)
    options = ("--ping", "https://example.org/100%41", "--notify", "notify", "--contact", "me")
    made = units(*options, cwd=tmp_path)
    for name in ("osce-news.service", "osce-news-full.service"):
        given = [words(one) for one in made[name]["Service"]["Environment"]]
        assert given == [
            ["OSCE_NEWS_CONTACT=me"],
            ["OSCE_NEWS_PING=https://example.org/100%41"],
            [f"OSCE_NEWS_NOTIFY={tmp_path}/notify"],
        ]
    assert "geheim" not in str(made)


def test_a_system_service_is_confined(made: dict[str, Unit], folder: Path) -> None:
    for name in ("osce-news.service", "osce-news-full.service"):
        service = made[name]["Service"]
        assert service["Type"] == ["oneshot"]
        assert (service["NoNewPrivileges"], service["ProtectSystem"]) == (["yes"], ["strict"])
        assert words(value(made[name], "Service", "ReadWritePaths")) == [str(folder)]
        assert {"TimeoutStartSec", "TimeoutStopSec", "Nice"} <= set(service)
        assert "User" in service or getpass.getuser() == "root"


@pytest.mark.parametrize(
    ("program", "db", "private"),
    [
        ("/usr/bin/osce-news", "/tmp/a.db", False),
        ("/usr/bin/osce-news", "/var/tmp/x/a.db", False),
        ("/tmp/bin/osce-news", "/srv/a.db", False),
        ("/usr/bin/osce-news", "/srv/tmp/a.db", True),
    ],
)
def test_files_in_a_temporary_folder_stay_visible(
    monkeypatch: pytest.MonkeyPatch, program: str, db: str, private: bool
) -> None:
    monkeypatch.setattr("osce_news.cli.schedule._program", lambda: (program,))
    printed = CliRunner().invoke(cli, ["schedule", "systemd", "--db", db]).stdout
    unit = parsed(texts(printed)["osce-news.service"])
    assert ("PrivateTmp" in unit["Service"]) == private


def test_a_user_service_asks_for_nothing_that_only_the_system_manager_can_give(tmp_path: Path) -> None:
    printed = schedule("systemd", "--user", cwd=tmp_path)
    service = parsed(texts(printed)["osce-news.service"])
    assert service["Service"]["NoNewPrivileges"] == ["yes"]
    assert not [name for name in service["Service"] if name.startswith(("Protect", "Private", "User", "Cap"))]
    assert "network-online.target" not in printed
    for line in printed.splitlines():
        if re.search(r"(systemctl|journalctl) ", line):
            assert "ctl --user " in line, line


def _tell(folder: Path, *options: str) -> str:
    """Return the log of the stubs after the failure unit has run."""
    made = units(*options, cwd=folder)
    told = folder / "told"
    stub(folder / "bin", "journalctl", 'echo "journal: $@"')
    stub(folder / "bin", "logger", f'echo "$@" >> "{told}"')
    specifiers = {"i": "osce-news.service", "H": "machine"}
    result = start(
        command(made[TELLER], **specifiers), env={"PATH": f"{folder / 'bin'}:/usr/bin:/bin"}, cwd=folder
    )
    assert (result.status, result.err) == (0, "")
    return told.read_text()


@pytest.mark.parametrize("options", [(), ("--mail", "a@example.org"), ("--user", "--mail", "a@example.org")])
def test_a_failure_is_mailed_with_the_end_of_the_log(tmp_path: Path, options: tuple[str, ...]) -> None:
    stub(tmp_path / "bin", "sendmail", f'echo "$@" > "{tmp_path}/told"; cat >> "{tmp_path}/told"')
    user = "--user " if "--user" in options else ""
    assert _tell(tmp_path, *options).splitlines() == [
        "-t",
        f"To: {'a@example.org' if options else 'root'}",
        "Subject: osce-news.service failed on machine",
        "",
        f"journal: {user}--unit osce-news.service --lines 20 --no-pager",
    ]


@pytest.mark.skipif(
    bool(shutil.which("sendmail", path="/usr/sbin:/usr/bin:/bin")), reason="mail would be sent"
)
def test_a_failure_is_logged_if_no_mail_can_be_sent(tmp_path: Path) -> None:
    told = _tell(tmp_path)
    assert told.startswith("--priority user.err --tag osce-news osce-news.service failed, see: journalctl ")


@pytest.mark.parametrize(("at", "hours"), HALF_DAYS[:2])
def test_the_full_crawl_is_half_a_day_from_the_daily_one(at: str, hours: str, tmp_path: Path) -> None:
    made = units("--at", at, cwd=tmp_path)
    daily, full = (f"{int(hour):02}:{at[-2:]}:00" for hour in hours.split())
    times = [value(made[f"{name}.timer"], "Timer", "OnCalendar") for name in ("osce-news", "osce-news-full")]
    assert times == [f"*-*-* {daily}", f"Sun *-*-* {full}"]
    if analyze := shutil.which("systemd-analyze"):
        subprocess.run([analyze, "calendar", *times], check=True, capture_output=True)
