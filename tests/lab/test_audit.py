"""Audits of the lab's domains against its real servers, and the page of one in a real browser without a network."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import zlib
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest

import mailsetup
from mailsetup.model.audit import AuditReport, Family, Standing
from tests.lab import availability, zones

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lab.conftest import MailWorld

pytestmark = pytest.mark.lab

CHROMIUM = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)

WIDTH, HEIGHT = 1250, 1000


async def audit(mail_world: MailWorld, domain: str) -> AuditReport:
    return await mailsetup.aio.audit(domain, options=mail_world.options(timeout=40))


def standings(report: AuditReport) -> dict[Family, Standing]:
    return {view.family: view.standing for view in report.views}


def codes(report: AuditReport) -> set[str]:
    return {remark.code for remark in report.remarks}


@pytest.mark.anyio
async def test_a_signed_domain_with_srv_records(mail_world: MailWorld) -> None:
    """SRV readers get servers that work, and the real resolver's word on DNSSEC counts (SEC-07)."""
    report = await audit(mail_world, zones.SIGNED)
    assert standings(report)[Family.SRV] is Standing.WORKS
    assert report.safeguards[0].state == "signed"
    assert {"no-autoconfig", "no-pacc"} <= codes(report)
    assert not codes(report) & {"dnssec-unsigned", "srv-elsewhere-unsigned", "no-srv"}


@pytest.mark.anyio
async def test_an_unsigned_domain_seen_through_a_resolver_that_validates(mail_world: MailWorld) -> None:
    """It is told apart from one about which nothing can be said; the forged one from both."""
    unsigned, bogus = await audit(mail_world, "srv.example"), await audit(mail_world, zones.BOGUS)
    assert {"srv-elsewhere-unsigned"} <= codes(unsigned)
    assert bogus.safeguards[0].state == "bogus"
    assert "dnssec-bogus" in codes(bogus)


@pytest.mark.anyio
async def test_a_domain_with_an_autoconfig_document(mail_world: MailWorld) -> None:
    """Readers of autoconfig get servers that work, with the facts of their real certificates."""
    report = await audit(mail_world, "autoconf.example")
    assert standings(report)[Family.AUTOCONFIG] is Standing.WORKS
    assert standings(report)[Family.SRV] is Standing.NOTHING
    working = [server for server in report.servers if server.confirmed]
    assert working
    for server in working:
        assert server.probe is not None
        assert server.probe.certificate is not None
        assert len(server.probe.certificate.key_fingerprint) == 64
    assert "no-srv" in codes(report)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("domain", "code"),
    [
        ("nullmx.example", "takes-no-mail"),
        ("no-such-thing.example", "no-such-domain"),
        ("pacc-stale.example", "pacc-digest-mismatch"),
        ("downgrade.example", "redirect-to-http"),
        ("cleartext.example", "autoconfig-only-http"),
        ("parked.example", "wildcard-addresses"),
        ("guess.example", "only-guessing"),
    ],
)
async def test_what_is_wrong_is_remarked(mail_world: MailWorld, domain: str, code: str) -> None:
    """The lab's broken domains each get the remark that they are broken for."""
    assert code in codes(await audit(mail_world, domain))


def command(mail_world: MailWorld, *arguments: str) -> subprocess.CompletedProcess[str]:
    options = ["--ca-file", str(mail_world.ca_file), "--ispdb-url", mail_world.ispdb_url, "--timeout", "40"]
    words = [sys.executable, "-m", "mailsetup", "audit", *arguments, *options]
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)


def test_the_command_line_writes_all_forms(mail_world: MailWorld, tmp_path: Path) -> None:
    """``--json`` is the report and nothing else, ``--html`` and ``--junit`` are files, the exit code is the grade's."""
    html, junit = tmp_path / "audit.html", tmp_path / "audit.xml"
    done = command(mail_world, "guess.example", "--json", "--html", str(html), "--junit", str(junit))
    assert (done.returncode, done.stderr) == (1, "")
    report = AuditReport.model_validate_json(done.stdout)
    assert json.loads(done.stdout)["worst"] == "error"
    assert "guess.example" in html.read_text(encoding="utf-8")
    suite = ElementTree.parse(junit).getroot()  # noqa: S314  (our own)
    assert int(suite.attrib["failures"]) == sum(remark.grade == "error" for remark in report.remarks) > 0
    assert command(mail_world, "guess.example", "--fail-on", "never").returncode == 0


def test_the_page_in_a_real_browser(mail_world: MailWorld, tmp_path: Path) -> None:
    """It is drawn, in full, without a single message on the console and without a network to load anything from."""
    page = tmp_path / "audit.html"
    assert command(mail_world, "guess.example", "--html", str(page), "--lang", "de").returncode == 1
    shot = tmp_path / "shot.png"
    size = f"--window-size={WIDTH},{HEIGHT}"
    log = browse(page, tmp_path, size, f"--screenshot={shot}", "--enable-logging=stderr").stderr
    assert not [line for line in log.splitlines() if "CONSOLE" in line]
    assert len(colours(shot.read_bytes())) > 20
    read = browse(page, tmp_path, "--dump-dom").stdout
    assert "<title>Mail-Prüfung von guess.example</title>" in read
    assert read.count("<rect ") > 20
    assert "_imaps._tcp.guess.example. 3600 IN SRV" in read


def browse(page: Path, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run Chromium headless, with a profile of its own that is thrown away with ``folder``."""
    chromium = availability.program("chromium", package="chromium")
    profile = folder / f"profile{len(list(folder.glob('profile*')))}"
    words = [str(chromium), *CHROMIUM, f"--user-data-dir={profile}", *options, page.as_uri()]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)


def colours(png: bytes) -> set[bytes]:
    """Give the colours of a picture (PNG, 8 bits a channel, RGB or RGBA, not interlaced): a blank one has one."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, at = [], 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        chunks.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + length]))
        at += 12 + length
    width, height, depth, kind = struct.unpack(">IIBB", chunks[0][1][:10])
    assert (width, height, depth) == (WIDTH, HEIGHT, 8)
    size = {2: 3, 6: 4}[kind]
    data = zlib.decompress(b"".join(content for name, content in chunks if name == b"IDAT"))
    stride = 1 + width * size
    # A row's filter may make differences of its pixels; as many distinct values still mean as many distinct pixels.
    return {data[y * stride + 1 + x : y * stride + 1 + x + size] for y in range(height) for x in range(0, width, size)}
