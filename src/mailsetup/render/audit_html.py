"""AuditReport → one self-contained page: no script, no font, no image, nothing that is loaded from anywhere.

All text passes through ``audit_markup``, which makes it harmless and escapes it. A content security policy says the
same once more to the browser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailsetup._version import __version__
from mailsetup.model import Outcome, Status
from mailsetup.model.audit import Standing
from mailsetup.remarks import FAMILIES, GRADES, STANDINGS, STATES
from mailsetup.render.audit_markup import badge, block, name, section, table, text
from mailsetup.render.audit_style import STYLE
from mailsetup.render.audit_svg import timeline
from mailsetup.render.audit_words import (
    KINDS,
    STATUSES,
    counted,
    heading,
    is_good,
    lines_of,
    numbered,
    told,
    zone_for_people,
)
from mailsetup.render.words import OUTCOMES, PROTOCOLS, SECURITY, SOURCES, TRUST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mailsetup.model import Attempt, Server, Service
    from mailsetup.model.audit import AuditReport, Claim, Exchanger, Remark, Remedy, View

POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"

STANDING_CLASSES = {
    Standing.WORKS: "good",
    Standing.PARTLY: "warning",
    Standing.FAILS: "error",
    Standing.UNTRIED: "neutral",
    Standing.NOTHING: "neutral",
}

GOOD_STATES = frozenset({"signed", "enforce", "matches"})
BAD_STATES = frozenset({"bogus", "unusable", "mismatch"})


def audit_page(report: AuditReport, /, *, language: str, translate: Callable[[str], str]) -> str:
    """Render the whole page."""
    return _Page(report, language, translate).render()


class _Page:
    def __init__(self, report: AuditReport, language: str, translate: Callable[[str], str]) -> None:
        self.report = report
        self.language = language
        self.t = translate
        self.numbers = numbered(report.remarks)

    def render(self) -> str:
        title = self.t("Mail audit of {domain}").format(domain=heading(self.report))
        parts = [
            "<!DOCTYPE html>",
            f'<html lang="{text(self.language)}">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="robots" content="noindex">',
            f"<title>{text(title)}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
            "<body>",
            *self._header(),
            "<main>",
            *self._views(),
            *self._remarks(),
            *self._remedies(),
            *self._servers(),
            *self._protection(),
            *self._claims(),
            *self._timeline(),
            "</main>",
            *self._footer(),
            "</body>",
            "</html>",
        ]
        return "\n".join(parts) + "\n"

    def _header(self) -> Iterator[str]:
        when = self.report.checked.strftime("%Y-%m-%d %H:%M")
        yield f'<header><p class="soft">{text(self.t("Mail audit"))}</p><h1>{text(heading(self.report))}</h1>'
        yield f'<p class="soft">{text(self.t("Looked at on {time} UTC").format(time=when))}</p>'
        counts = counted(self.report, translate=self.t)
        yield '<ul class="counts">'
        yield from (f"<li>{badge(words, grade.value)}</li>" for grade, words in counts.items())
        if not counts:
            yield f"<li>{badge(self.t('Nothing to mend.'), 'good')}</li>"
        yield "</ul></header>"

    def _views(self) -> Iterator[str]:
        t = self.t
        headers = (t("Mail program"), t("Result"), t("Incoming"), t("Outgoing"), t("According to"))
        rows = [self._view(view) for view in self.report.views]
        yield from section(
            t("What mail programs end up with"), table(t("Each family of programs on its own way"), headers, rows)
        )

    def _view(self, view: View) -> Iterator[str]:
        yield text(self.t(FAMILIES[view.family]))
        yield badge(self.t(STANDINGS[view.standing]), STANDING_CLASSES[view.standing])
        if view.incoming or view.outgoing:
            yield self._end(view.incoming)
            yield self._end(view.outgoing)
        else:
            yield "—"
            yield "—"
        if view.source is None:
            yield f"{text(self.t(STATUSES[view.outcome]))}<br><small>{text(view.detail)}</small>"
            return
        places = [_where(service) for service in view.services] or [view.origin]
        yield f"{text(self.t(SOURCES[view.source]))}<br><small>{', '.join(map(name, places))}</small>"

    def _end(self, server: Server | None) -> str:
        if server is None:
            return "—"
        good = is_good(server)
        mark = f'<span class="{"good" if good else "error"}">{"✓" if good else "✗"}</span>'
        outcome = f"<br><small>{text(self._outcome(server))}</small>" if not good and server.probe else ""
        return f'<div class="end">{mark}<div>{self._place(server)}{outcome}</div></div>'

    def _place(self, server: Server) -> str:
        words = f"{PROTOCOLS[server.protocol]}, {self.t(SECURITY[server.security])}"
        return f"{name(f'{server.hostname}:{server.port}')}<br><small>{text(words)}</small>"

    def _outcome(self, server: Server) -> str:
        return self.t(OUTCOMES[server.probe.outcome]) if server.probe else self.t("not tried")

    # What to mend, and how

    def _remarks(self) -> Iterator[str]:
        if self.report.remarks:
            yield from section(self.t("What to mend"), map(self._remark, self.report.remarks))

    def _remark(self, remark: Remark) -> str:
        words, grade = told(remark, translate=self.t), remark.grade.value
        numbers = [self.numbers[remedy] for remedy in dict.fromkeys(remark.remedies)]
        links = ", ".join(f'<a href="#publish-{number}">{number}</a>' for number in numbers)
        places = f"{text(self.t('To publish'))}: {links}" if links else ""
        return (
            f'<article class="remark {grade}"><h3>{badge(self.t(GRADES[remark.grade]), grade)}'
            f'<span class="words">{text(words.message)}</span></h3>'
            f'<p>{text(words.advice)} {places} <code class="soft code">{text(remark.code)}</code></p></article>'
        )

    def _remedies(self) -> Iterator[str]:
        if self.numbers:
            yield from section(self.t("To publish"), map(self._remedy, self.numbers))

    def _remedy(self, remedy: Remedy) -> str:
        if remedy.kind == "zone":
            where = self.t("Lines for the zone of {domain}:").format(domain=zone_for_people(remedy.place))
        else:
            where = self.t("File at {url}:").format(url=remedy.place)
        number = self.numbers[remedy]
        return (
            f'<div class="remedy" id="publish-{number}"><h3>{number}. {text(where)}</h3>{block(lines_of(remedy))}</div>'
        )

    # The evidence

    def _servers(self) -> Iterator[str]:
        t = self.t
        headers = (t("Server"), t("Security"), t("User name"), t("Named by"), t("Probe"), t("Certificate"), "ms")
        rows = [self._server(server) for server in self.report.servers]
        if rows:
            yield from section(t("Servers"), table(t("Every server that is named, tried out"), headers, rows))

    def _server(self, server: Server) -> Iterator[str]:
        probe = server.probe
        yield f"{name(f'{server.hostname}:{server.port}')}<br><small>{text(PROTOCOLS[server.protocol])}</small>"
        yield text(self.t(SECURITY[server.security]))
        yield name(server.username or "?")
        yield text(", ".join(map(str, server.sources)) or self.t("nobody"))
        tls = (
            f"<br><small>{text(probe.tls_version.replace('TLSv', 'TLS '))}</small>"
            if probe and probe.tls_version
            else ""
        )
        detail = f"<br><small>{text(probe.detail)}</small>" if probe and probe.detail else ""
        kind = "good" if is_good(server) else "error"
        yield f'<span class="{kind}">{text(self._outcome(server))}</span>{tls}{detail}'
        yield self._certificate(server)
        yield f"{probe.elapsed * 1000:.0f}" if probe else ""

    def _certificate(self, server: Server) -> str:
        certificate = server.probe.certificate if server.probe else None
        if certificate is None:
            return "—"
        until = certificate.not_after.date().isoformat() if certificate.not_after else "?"
        names = ", ".join(certificate.names[:3])
        until = text(self.t("until {date}").format(date=until))
        return f"{until}<br><small>{text(certificate.issuer)}: {name(names)}</small>"

    def _protection(self) -> Iterator[str]:
        t = self.t
        rows = [
            (text(KINDS[one.kind]), name(one.subject), self._state(one.state), text(one.detail))
            for one in self.report.safeguards
        ]
        rows += [
            (
                "MX",
                name(f"{one.preference} {one.hostname}"),
                self._seen(one),
                text(one.detail or (one.tls_version or "").replace("TLSv", "TLS ")),
            )
            for one in self.report.exchangers
        ]
        headers = (t("What"), t("For"), t("State"), t("Detail"))
        yield from section(t("Protection"), table(t("DNS, and the way mail comes to the domain"), headers, rows))

    def _seen(self, exchanger: Exchanger) -> str:
        if exchanger.outcome is None:
            return text(self.t("not tried"))
        kind = "good" if exchanger.outcome is Outcome.CONFIRMED else "error"
        return f'<span class="{kind}">{text(self.t(OUTCOMES[exchanger.outcome]))}</span>'

    def _state(self, state: str) -> str:
        kind = "good" if state in GOOD_STATES else "error" if state in BAD_STATES else "soft"
        return f'<span class="{kind}">{text(self.t(STATES[state]))}</span>'

    def _claims(self) -> Iterator[str]:
        t = self.t
        headers = (t("Source"), t("Asked"), t("Result"), t("Trust"), t("What it says"))
        rows = [self._claim(claim) for claim in self.report.claims]
        yield from section(t("What each mechanism says"), table(t("In the order of preference"), headers, rows))

    def _claim(self, claim: Claim) -> Iterator[str]:
        yield text(self.t(SOURCES[claim.source]))
        yield name(claim.place)
        yield text(self.t(STATUSES[claim.outcome]))
        yield f"<small>{text(self.t(TRUST[claim.trust]))}</small>" if claim.trust is not None else ""
        named = [f"<li>{self._place(server)}</li>" for server in claim.servers]
        named += [f"<li>{text(PROTOCOLS[one.protocol])} {name(_where(one))}</li>" for one in claim.services]
        yield f"<ul>{''.join(named)}</ul>" if named else f"<small>{text(claim.detail)}</small>"

    def _timeline(self) -> Iterator[str]:
        t, report = self.t, self.report
        summary = t("{count} questions in {seconds} seconds")
        summary = summary.format(count=len(report.attempts), seconds=f"{report.elapsed:.1f}")
        body = [
            f"<p>{text(summary)}</p>",
            self._legend(),
            '<div class="scroll" tabindex="0">',
            timeline(report.attempts, elapsed=report.elapsed, translate=t),
            "</div>",
            f"<details><summary>{text(t('The same as a table'))}</summary>",
            *table(t("What was asked"), (t("Source"), t("Asked"), t("Result"), "ms"), map(_attempt, report.attempts)),
            "</details>",
        ]
        yield from section(t("What was asked"), body)

    def _legend(self) -> str:
        kinds = ("found", "absent", "unusable", "unreachable")
        items = "".join(f'<li><i class="{kind}"></i>{text(self.t(STATUSES[Status(kind)]))}</li>' for kind in kinds)
        return f'<ul class="legend">{items}</ul>'

    def _footer(self) -> Iterator[str]:
        made = self.t("Made by mailsetup {version}. Nobody logged in anywhere, and no mail was sent.")
        yield f"<footer><p>{text(made.format(version=__version__))}</p></footer>"


def _where(service: Service) -> str:
    return service.url or f"{service.hostname}:{service.port}"


def _attempt(attempt: Attempt) -> tuple[str, ...]:
    result = f"{attempt.outcome.value} {attempt.reason}".strip()
    return (text(attempt.source), name(attempt.asked), text(result), f"{attempt.elapsed * 1000:.0f}")
