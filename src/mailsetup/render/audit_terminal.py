"""AuditReport → what a person reads in a terminal.

First what programs end up with, then what to mend, the gravest first, then the evidence. What is to be published stands
at the end, numbered, once each: as lines that can be copied, so they are neither wrapped nor indented.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mailsetup.formats.text import clean
from mailsetup.model.audit import Grade, Standing
from mailsetup.remarks import FAMILIES, GRADES, STANDINGS, STATES
from mailsetup.render.audit_words import (
    KINDS,
    STATUSES,
    counted,
    heading,
    is_good,
    lines_of,
    numbered,
    place_of,
    told,
    zone_for_people,
)
from mailsetup.render.servers import MAX_TEXT, NARROW
from mailsetup.render.words import OUTCOMES, PROTOCOLS, SECURITY, SOURCES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import RenderableType

    from mailsetup.model import Server
    from mailsetup.model.audit import AuditReport, Claim, Remark, Remedy, View

GRADE_STYLES = {Grade.ERROR: "bold red", Grade.WARNING: "yellow", Grade.HINT: "cyan"}

STANDING_STYLES = {
    Standing.WORKS: "green",
    Standing.PARTLY: "yellow",
    Standing.FAILS: "bold red",
    Standing.UNTRIED: "dim",
    Standing.NOTHING: "dim",
}


class AuditRenderer:
    """Renders for one language and one width."""

    def __init__(self, *, translate: Callable[[str], str], width: int) -> None:
        self.t = translate
        self.width = width

    def report(self, report: AuditReport, /) -> RenderableType:
        """Render everything but the remedies."""
        return Group(*self._parts(report))

    def remedies(self, report: AuditReport, /) -> Text:
        """Render what is to be published. Print it with soft wrapping, so that its lines stay whole."""
        numbers = numbered(report.remarks)
        text = Text("\n" + self.t("To publish") + "\n", style="bold") if numbers else Text()
        for remedy, number in numbers.items():
            text.append(f"\n[{number}] {self._where(remedy)}\n\n", style="bold not dim")
            text.append("".join(f"{line}\n" for line in lines_of(remedy)), style="not bold")
        return text

    def _where(self, remedy: Remedy) -> str:
        if remedy.kind == "zone":
            return self.t("Lines for the zone of {domain}:").format(domain=zone_for_people(remedy.place))
        return self.t("File at {url}:").format(url=clean(remedy.place, limit=MAX_TEXT))

    def _parts(self, report: AuditReport) -> Iterator[RenderableType]:
        yield self._headline(report)
        yield self._title(self.t("What mail programs end up with"))
        yield from self._views(report)
        numbers = numbered(report.remarks)
        if report.remarks:
            yield self._title(self.t("What to mend"))
            yield from (self._remark(remark, numbers) for remark in report.remarks)
        if report.servers:
            yield self._title(self.t("Servers"))
            yield self._rows([self._server(server) for server in report.servers])
        yield self._title(self.t("What each mechanism says"))
        yield self._rows([self._claim(claim) for claim in report.claims])
        yield self._title(self.t("Protection"))
        yield self._rows(list(self._safeguards(report)))

    def _title(self, title: str) -> Text:
        return Text("\n" + title, style="bold")

    def _headline(self, report: AuditReport) -> Text:
        line = Text(heading(report), style="bold")
        counts = counted(report, translate=self.t)
        when = report.checked.strftime("%Y-%m-%d %H:%M")
        line.append("\n" + self.t("Looked at on {time} UTC").format(time=when) + "\n", style="not bold dim")
        if not counts:
            line.append(self.t("Nothing to mend."), style="green not bold")
        for place, (grade, words) in enumerate(counts.items()):
            line.append(", " if place else "", style="not bold")
            line.append(words, style=f"{GRADE_STYLES[grade]} not bold")
        return line

    # What programs end up with

    def _views(self, report: AuditReport) -> Iterator[RenderableType]:
        rows = [self._view(view) for view in report.views]
        if self.width >= NARROW:
            headers = (self.t("Mail program"), self.t("Result"), self.t("Incoming"), self.t("Outgoing"))
            yield self._grid(headers, rows)
            return
        for name, standing, *servers in rows:
            yield Padding(Text.assemble(name, ": ", standing), (0, 0, 0, 2), expand=False)
            yield from (Padding(server, (0, 0, 0, 4), expand=False) for server in servers if server.plain)

    def _view(self, view: View) -> tuple[Text, ...]:
        name = Text(self.t(FAMILIES[view.family]))
        standing = Text(self.t(STANDINGS[view.standing]), style=STANDING_STYLES[view.standing])
        if view.incoming or view.outgoing:
            return (name, standing, self._end(view.incoming), self._end(view.outgoing))
        services = ", ".join(clean(service.url or "", limit=MAX_TEXT) for service in view.services)
        return (name, standing, Text(services or self.t(STATUSES[view.outcome]), style="dim"), Text())

    def _end(self, server: Server | None) -> Text:
        if server is None:
            return Text("—", style="dim")
        mark, style = ("✓", "green") if is_good(server) else ("✗", "red")
        return Text.assemble((f"{mark} ", style), place_of(server, translate=self.t))

    # What to mend

    def _remark(self, remark: Remark, numbers: dict[Remedy, int]) -> Padding:
        words = told(remark, translate=self.t)
        line = Text(self.t(GRADES[remark.grade]) + ": ", style=GRADE_STYLES[remark.grade])
        line.append(words.message, style="default not bold")
        places = " ".join(f"[{numbers[remedy]}]" for remedy in remark.remedies)
        if words.advice or places:
            line.append(f"\n→ {words.advice} {places}".rstrip(), style="default not bold")
        line.append(f"  ({clean(remark.code, limit=MAX_TEXT)})", style="dim not bold")
        return Padding(line, (0, 0, 1, 2), expand=False)

    # The evidence

    def _server(self, server: Server) -> tuple[Text, ...]:
        probe = server.probe
        facts = [self.t(OUTCOMES[probe.outcome])] if probe else []
        if probe and probe.tls_version:
            facts.append(probe.tls_version.replace("TLSv", "TLS "))
        if probe and probe.certificate and probe.certificate.not_after:
            until = probe.certificate.not_after.date().isoformat()
            facts.append(self.t("certificate until {date}").format(date=until))
        if probe:
            facts.append(f"{probe.elapsed * 1000:.0f} ms")
        return (
            Text(PROTOCOLS[server.protocol]),
            Text(f"{clean(server.hostname, limit=253)}:{server.port}", style="bold"),
            Text(self.t(SECURITY[server.security])),
            Text(", ".join(facts), style="green" if is_good(server) else "red"),
        )

    def _claim(self, claim: Claim) -> tuple[Text, ...]:
        named = [place_of(server, translate=self.t) for server in claim.servers]
        named += [
            f"{PROTOCOLS[service.protocol]} {clean(service.url or service.hostname or '', limit=MAX_TEXT)}"
            for service in claim.services
        ]
        said = "\n".join(named) or clean(claim.detail, limit=MAX_TEXT)
        source = Text.assemble(self.t(SOURCES[claim.source]), ("\n" + clean(claim.place, limit=MAX_TEXT), "dim"))
        return (source, Text(self.t(STATUSES[claim.outcome])), Text(said, style="" if named else "dim"))

    def _safeguards(self, report: AuditReport) -> Iterator[tuple[Text, ...]]:
        for safeguard in report.safeguards:
            state = self.t(STATES[safeguard.state])
            yield Text(KINDS[safeguard.kind]), Text(clean(safeguard.subject, limit=MAX_TEXT)), Text(state)
        for exchanger in report.exchangers:
            state = self.t(OUTCOMES[exchanger.outcome]) if exchanger.outcome else self.t("not tried")
            yield Text("MX"), Text(clean(exchanger.hostname, limit=MAX_TEXT)), Text(state)

    def _rows(self, rows: list[tuple[Text, ...]]) -> RenderableType:
        """Render rows side by side where there is room, else each in lines of its own."""
        if self.width >= NARROW:
            return self._grid(("",) * len(rows[0]), rows)
        blocks: list[RenderableType] = []
        for first, *others in rows:
            blocks.append(Padding(Text(" ").join([first, *others[:-1]]), (0, 0, 0, 2), expand=False))
            blocks.append(Padding(others[-1], (0, 0, 0, 4), expand=False))
        return Group(*blocks)

    def _grid(self, headers: tuple[str, ...], rows: list[tuple[Text, ...]]) -> Padding:
        shown = any(headers)
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", show_header=shown)
        for place, header in enumerate(headers):
            table.add_column(header, overflow="fold", no_wrap=shown and place == 1)  # the result is what is looked for
        for row in rows:
            table.add_row(*row)
        return Padding(table, (0, 0, 0, 2), expand=False)
