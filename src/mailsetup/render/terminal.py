"""Discovery → what a person reads in a terminal, as rich renderables.

The first screen answers "what do I type into my mail program?"; what has to be done first stands above it, evidence and
problems below. Colour only repeats what the words say. Text from outside is cleaned, and never parsed as markup.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mailsetup.formats.text import clean
from mailsetup.model import SourceName, Status
from mailsetup.problems import CATALOGUE, REQUIREMENTS
from mailsetup.render.servers import MAX_TEXT, ServerList
from mailsetup.render.words import OUTCOMES, PROTOCOLS, SOURCES, TERMS, TRUST
from mailsetup.translation import choose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.console import RenderableType

    from mailsetup.model import Discovery, Probe, Problem, Requirement, Server

SEVERITY_STYLES = {"error": "bold red", "warning": "yellow", "info": "dim"}
SEVERITY_WORDS = {"error": "Problem", "warning": "Warning", "info": "Note"}


class TerminalRenderer:
    """Renders for one language and one width."""

    def __init__(self, *, language: str, translate: Callable[[str], str], width: int) -> None:
        self.language = language
        self.t = translate
        self.servers = ServerList(translate=translate, width=width)

    def discovery(self, discovery: Discovery, /, *, explain: bool = False) -> RenderableType:
        """Render the whole answer."""
        parts: list[RenderableType] = [self._headline(discovery)]
        parts += self._first_steps(discovery)
        parts += self._servers(discovery)
        parts += [self._problem(told, discovery.servers) for told in discovery.problems]
        if explain:
            parts += self._explanations()
        return Group(*parts)

    def partial(self, discovery: Discovery, /) -> RenderableType:
        """Render what is known while the asking goes on. What is missing may still come, so no problem is told yet."""
        parts: list[RenderableType] = [self._headline(discovery)]
        parts += self._first_steps(discovery)
        parts += self._servers(discovery)
        return Group(*parts, Text("\n" + self.progress(discovery), style="dim"))

    def progress(self, discovery: Discovery, /) -> str:
        """Say in one line how far the asking has come."""
        asked = sum(attempt.outcome is not Status.SKIPPED for attempt in discovery.attempts)
        tried = sum(server.probe is not None for server in discovery.servers)
        return self.t("… {asked} questions answered, {tried} of {found} servers tried out").format(
            asked=asked, tried=tried, found=len(discovery.servers)
        )

    def _headline(self, discovery: Discovery) -> Text:
        line = Text(clean(discovery.address, limit=MAX_TEXT), style="bold")
        if not discovery.address.endswith(discovery.domain):  # an internationalised domain: both forms (EAI-10)
            line.append(f" ({clean(discovery.domain, limit=253)})", style="not bold")
        if discovery.provider:
            line.append(f" — {clean(discovery.provider.name, limit=60)}", style="not bold")
        return line

    def _first_steps(self, discovery: Discovery) -> Iterator[RenderableType]:
        provider = discovery.provider
        if provider is None:
            return
        status = choose(provider.status_text, self.language)
        if status:
            yield Text(clean(status, limit=MAX_TEXT), style="yellow")
        if provider.requirements:
            yield Text("\n" + self.t("Do this first"), style="bold")
            for requirement in provider.requirements:
                yield _hanging("  • ", self._requirement(requirement))

    def _requirement(self, requirement: Requirement) -> Text:
        sentence = choose(requirement.text, self.language) or self.t(REQUIREMENTS[requirement.kind])
        line = Text(clean(sentence, limit=MAX_TEXT))
        if requirement.when == "with-2fa":
            line.append(" " + self.t("(only with two-factor sign-in)"))
        elif requirement.when == "maybe":
            line.append(" " + self.t("(depends on your account)"))
        if requirement.url:
            line.append("\n")
            line.append(clean(requirement.url, limit=MAX_TEXT), style="cyan")
        return line

    def _servers(self, discovery: Discovery) -> Iterator[RenderableType]:
        pair = [server for server in (discovery.incoming, discovery.outgoing) if server]
        others = [server for server in discovery.servers if server not in pair]
        for title, servers in ((self.t("Type this into your mail program"), pair), (self.t("Alternatives"), others)):
            if servers:
                yield Text("\n" + title, style="bold")
                yield self.servers.render(servers, brief=servers is others)
        if pair:
            yield self._evidence(discovery, pair)

    def _evidence(self, discovery: Discovery, pair: list[Server]) -> Group:
        sources = dict.fromkeys(source for server in pair for source in server.sources)
        said = ", ".join(self._source(source) for source in sources)
        if SourceName.BUNDLED in sources and discovery.provider and discovery.provider.checked:
            said += " (" + self.t("checked {date}").format(date=discovery.provider.checked.isoformat()) + ")"
        trust = self.t(TRUST[min(server.trust for server in pair)])
        return Group(
            Text("\n" + self.t("According to: {sources}").format(sources=said), style="dim"),
            Text(self.t("Trust: {trust}").format(trust=trust), style="dim"),
            *(self._proof(server, server.probe) for server in pair if server.probe),
        )

    def _proof(self, server: Server, probe: Probe) -> Text:
        """Say what the probe saw: the words of the outcome, then the facts."""
        facts = [probe.tls_version or ""]
        if probe.certificate and probe.certificate.not_after:
            date = probe.certificate.not_after.date().isoformat()
            facts.append(self.t("certificate until {date}").format(date=date))
        facts += [" ".join(probe.sasl), f"{probe.elapsed * 1000:.0f} ms"]
        line = Text(f"{PROTOCOLS[server.protocol]}: ", style="dim")
        line.append(self.t(OUTCOMES[probe.outcome]), style="green" if probe.is_confirmed else "red")
        return line.append(" · " + " · ".join(clean(fact, limit=MAX_TEXT) for fact in facts if fact), style="dim")

    def _source(self, source: SourceName | str) -> str:
        return self.t(SOURCES[source]) if isinstance(source, SourceName) else clean(source, limit=40)

    def _problem(self, told: Problem, servers: Sequence[Server]) -> RenderableType:
        known = CATALOGUE.get(told.code)
        arguments = told.arguments | self._detail(told, servers)
        message = self.t(known.message).format_map(arguments) if known else told.message
        next_step = self.t(known.next_step).format_map(arguments) if known and known.next_step else told.next_step
        line = Text("\n" + self.t(SEVERITY_WORDS[told.severity]) + ": ", style=SEVERITY_STYLES[told.severity])
        line.append(clean(message, limit=2 * MAX_TEXT), style="default not bold")
        if not next_step:
            return line
        return Group(line, _hanging("  → ", Text(clean(next_step, limit=MAX_TEXT))))

    def _detail(self, told: Problem, servers: Sequence[Server]) -> dict[str, str]:
        """Give the probe's sentence in the user's language: it is English, the word for its outcome is translated."""
        if self.language == "en" or "detail" not in told.arguments:
            return {}
        place = (told.arguments.get("hostname"), told.arguments.get("port"))
        outcome = next((s.probe.outcome for s in servers if s.probe and (s.hostname, str(s.port)) == place), None)
        return {} if outcome is None else {"detail": f"{self.t(OUTCOMES[outcome])}."}

    def _explanations(self) -> Iterator[RenderableType]:
        yield Text("\n" + self.t("What the words mean"), style="bold")
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(style="bold", no_wrap=True)
        grid.add_column()
        for term, meaning in TERMS:
            grid.add_row(self.t(term), self.t(meaning))
        yield Padding(grid, (0, 0, 0, 2))


def _hanging(mark: str, text: Text) -> Table:
    """Put ``mark`` in front of ``text``, whose further lines begin below its first word."""
    grid = Table.grid()
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text(mark), text)
    return grid
