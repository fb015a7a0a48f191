"""Where a token comes from: only issuers that the domain itself named are looked up, and nobody waits for them."""

from __future__ import annotations

import json

import anyio
import pytest

from mailsetup.model import OAuth, SourceName, Trust
from mailsetup.net.interface import Request
from mailsetup.sources import oauth
from mailsetup.testing import FakeNetwork, Page
from tests.sources.ask import ask, autoconfig
from tests.sources.test_pacc import ADDRESS, DIGEST, DOCUMENT, OWNER, URL

pytestmark = pytest.mark.anyio

ISSUER = "https://login.post.example/"
ENDPOINT = "https://login.post.example/token"
RFC_8414 = "https://login.post.example/.well-known/oauth-authorization-server"
OIDC = "https://login.post.example/.well-known/openid-configuration"


def metadata(issuer: str = ISSUER, **changes: object) -> str:
    """Write authorization server metadata."""
    facts: dict[str, object] = {
        "issuer": issuer,
        "authorization_endpoint": "https://login.post.example/authorize",
        "token_endpoint": ENDPOINT,
        "registration_endpoint": "https://login.post.example/register",
        "scopes_supported": ["openid", "urn:ietf:params:oauth:scope:mail", "offline_access"],
        "code_challenge_methods_supported": ["S256"],
    }
    return json.dumps(facts | changes)


async def by_pacc(pages: dict[str, str | int | Page]) -> OAuth | None:
    """Give the OAuth facts of a PACC document whose issuer serves ``pages``."""
    network = FakeNetwork({OWNER: f'"{DIGEST}"'}, {URL: DOCUMENT, **pages})
    return (await ask(SourceName.PACC, network, address=ADDRESS)).oauth


@pytest.mark.parametrize("place", [RFC_8414, OIDC])
async def test_the_metadata_of_the_issuer_is_reported(place: str) -> None:
    """PACC's issuer leads to endpoints, by RFC 8414 or by OpenID Connect (OA-01, OA-03, OA-05)."""
    assert await by_pacc({place: metadata()}) == OAuth(
        issuer=ISSUER,
        authorization_url="https://login.post.example/authorize",
        token_url=ENDPOINT,
        registration_url="https://login.post.example/register",
        scopes=("urn:ietf:params:oauth:scope:mail", "offline_access"),
        pkce=True,
        source="pacc",
    )


async def test_rfc_8414_is_preferred() -> None:
    """Where both forms exist the RFC 8414 one counts (OA-01, OA-03)."""
    found = await by_pacc(
        {
            OIDC: metadata(token_endpoint=f"{ENDPOINT}/other"),
            RFC_8414: Page(metadata(), delay=0.05),
        }
    )
    assert found is not None
    assert found.token_url == ENDPOINT


@pytest.mark.parametrize(
    "page",
    [
        metadata("https://login.post.example"),
        metadata("https://evil.example/"),
        metadata(token_endpoint=ENDPOINT.replace("https", "http")),
        "<html>",
        404,
        Page.redirect("https://evil.example/metadata"),
    ],
)
async def test_metadata_that_does_not_fit_is_not_used(page: str | int | Page) -> None:
    """Another issuer, http endpoints, pages, redirects: the issuer stays known, and nothing more (OA-02, OA-04)."""
    evil = {"https://evil.example/metadata": metadata()}
    assert await by_pacc({RFC_8414: page, **evil}) == OAuth(issuer=ISSUER, source="pacc")


async def test_the_servers_do_not_wait_for_a_silent_issuer() -> None:
    """A black hole at the issuer costs less than a second (OPS-02)."""
    network = FakeNetwork(
        {OWNER: f'"{DIGEST}"'}, {URL: DOCUMENT, RFC_8414: Page(fault="hangs"), OIDC: Page(fault="hangs")}
    )
    with anyio.fail_after(oauth.PATIENCE + 1):
        finding = await ask(SourceName.PACC, network, address=ADDRESS)
    assert len(finding.servers) == 2
    assert finding.oauth == OAuth(issuer=ISSUER, source="pacc")


OAUTH_2 = "<oAuth2><issuer>https://login.post.example/</issuer><scope>mail</scope>{}</oAuth2>"
ENDPOINTS = "<authURL>https://login.post.example/a</authURL><tokenURL>https://login.post.example/t</tokenURL>"
FIRST = "https://autoconfig.corp.example/mail/config-v1.1.xml?emailaddress=kim%40corp.example"


async def test_endpoints_in_a_document_save_the_question() -> None:
    """An autoconfig document with endpoints needs no metadata (OA-13)."""
    network = FakeNetwork(pages={FIRST: autoconfig(extra=OAUTH_2.format(ENDPOINTS)), RFC_8414: metadata()})
    finding = await ask(SourceName.AUTOCONFIG, network)
    assert finding.oauth is not None
    assert (finding.oauth.token_url, finding.oauth.source) == ("https://login.post.example/t", "autoconfig")
    assert f"GET {RFC_8414}" not in network.asked


async def test_a_bare_host_name_is_a_label_and_not_looked_up() -> None:
    """Autoconfig's old form of an issuer names nothing that could be asked (AC-48)."""
    document = autoconfig(extra=OAUTH_2.format("").replace("https://login.post.example/", "login.post.example"))
    network = FakeNetwork(pages={FIRST: document, RFC_8414: metadata()})
    finding = await ask(SourceName.AUTOCONFIG, network)
    assert finding.oauth is not None
    assert (finding.oauth.issuer, finding.oauth.token_url) == ("login.post.example", None)
    assert not [asked for asked in network.asked if "login.post.example" in asked]


@pytest.mark.parametrize(
    ("ceiling", "asked", "reported"),
    [
        (Trust.AUTHENTICATED, True, True),
        (Trust.VOUCHED, False, True),
        (Trust.UNAUTHENTICATED, False, False),
        (Trust.CLEARTEXT, False, False),
    ],
)
async def test_an_issuer_counts_as_much_as_its_source(ceiling: Trust, *, asked: bool, reported: bool) -> None:
    """Only the domain's own word is looked up, and nothing is reported that nobody vouches for (OA-15)."""
    network = FakeNetwork(pages={FIRST: autoconfig(extra=OAUTH_2.format("")), RFC_8414: metadata()})
    finding = await ask(SourceName.AUTOCONFIG, network, ceiling=ceiling)
    assert (f"GET {RFC_8414}" in network.asked) is asked
    assert (finding.oauth is not None) is reported


RESOURCE = "https://api.corp.example/jmap"
RESOURCE_METADATA = "https://api.corp.example/.well-known/oauth-protected-resource/jmap"


async def challenged(url: str, **facts: object) -> OAuth | None:
    """Give what a 401 of ``RESOURCE`` with that ``resource_metadata`` leads to."""
    document = {"resource": RESOURCE, "authorization_servers": [ISSUER]} | facts
    network = FakeNetwork(
        pages={
            RESOURCE: Page(status=401, headers={"WWW-Authenticate": f'Bearer resource_metadata="{url}"'}),
            url: json.dumps(document),
            RFC_8414: metadata(),
        }
    )
    return await oauth.of_resource(await network.fetcher.fetch(Request(RESOURCE)), network)


async def test_a_resource_says_who_may_issue_tokens_for_it() -> None:
    """401 leads to the resource's metadata, that to the issuer, and that to the endpoints (OA-08)."""
    found = await challenged(RESOURCE_METADATA)
    assert found is not None
    assert found.authorization_url == "https://login.post.example/authorize"


async def test_metadata_of_another_resource_is_not_believed() -> None:
    """``resource`` has to be the very URL that was asked (OA-08)."""
    assert await challenged(RESOURCE_METADATA, resource="https://api.corp.example/") is None


async def test_a_challenge_cannot_send_us_to_another_domain() -> None:
    """The metadata must be of the resource's own registrable domain (OA-15)."""
    assert await challenged("https://evil.example/.well-known/oauth-protected-resource") is None


async def test_a_resource_without_metadata_leads_nowhere() -> None:
    """The challenge promises a document that is not there (OA-08)."""
    challenge = Page(status=401, headers={"WWW-Authenticate": f'Bearer resource_metadata="{RESOURCE_METADATA}"'})
    network = FakeNetwork(pages={RESOURCE: challenge, RESOURCE_METADATA: 404})
    assert await oauth.of_resource(await network.fetcher.fetch(Request(RESOURCE)), network) is None
