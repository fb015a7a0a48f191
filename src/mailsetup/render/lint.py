"""LintReport → what its publisher reads: what programs take, what they ignore, and why, with line numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from mailsetup.formats.text import clean
from mailsetup.render.servers import MAX_TEXT, ServerList
from mailsetup.render.terminal import SEVERITY_STYLES, SEVERITY_WORDS
from mailsetup.render.words import PROTOCOLS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import RenderableType

    from mailsetup.model import LintReport, Severity


def lint_report(report: LintReport, /, *, translate: Callable[[str], str], width: int) -> RenderableType:
    """Render a report."""
    return Group(*_parts(report, translate, width))


def _parts(report: LintReport, t: Callable[[str], str], width: int) -> Iterator[RenderableType]:
    title = t("Format: {format}").format(format=f"{report.format} {report.version}".strip())
    yield Text(clean(title, limit=MAX_TEXT), style="bold")
    if report.error:
        yield _remark(t, "error", report.error.line, "", report.error.reason)
        return
    if report.redirect:
        yield Text(t("It leads on to {target}.").format(target=clean(report.redirect, limit=MAX_TEXT)))
    if report.provider and report.provider.name:
        yield Text(t("Provider: {name}").format(name=clean(report.provider.name, limit=60)))
    if report.servers:
        yield Text("\n" + t("What a mail program takes from it"), style="bold")
        yield ServerList(translate=t, width=width).render(report.servers)
    for service in report.services:
        place = service.url or f"{service.hostname}:{service.port}"
        yield Text(f"  {PROTOCOLS[service.protocol]}: {clean(place, limit=MAX_TEXT)}")
    if not report.servers and not report.services:
        yield Text("\n" + t("A mail program can take nothing from it."), style="red")
    if report.ignored:
        yield Text("\n" + t("What it ignores, or takes otherwise than written"), style="bold")
        for ignored in report.ignored:
            yield _remark(t, ignored.severity, ignored.line, ignored.where, ignored.reason)


def _remark(t: Callable[[str], str], severity: Severity | str, line: int | None, where: str, reason: str) -> Text:
    text = Text("  " + t(SEVERITY_WORDS[severity]), style=SEVERITY_STYLES[severity])
    place = t("line {line}").format(line=line) if line else ""
    parts = [part for part in (place, clean(where, limit=MAX_TEXT)) if part]
    text.append(f" ({', '.join(parts)})" if parts else "", style="dim not bold")
    return text.append(": " + clean(reason, limit=MAX_TEXT), style="default not bold")
