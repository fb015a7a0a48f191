"""A web service for addresses that strangers type.

A stranger chooses the domain, and with it the hosts that this machine talks to. So: ``Options.for_server_side()`` keeps
discovered names out of the own network and the address to itself; each client gets a number of look-ups a minute; the
number that run at once is limited; an address is limited in length before anything is done with it. Nothing that was
typed is logged. Behind a reverse proxy, let the server itself (uvicorn: ``--proxy-headers``) put the client's address
in its place, or everybody is the same client.

Usage: ``uvicorn fastapi_endpoint:app``, then ``POST /lookup`` with ``{"address": "kim@example.org"}``
"""

from __future__ import annotations

import time
from collections import deque
from typing import Annotated

import anyio
from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel, Field

import mailsetup

PER_MINUTE = 20
"""Look-ups that one client gets: somebody who sets up a mailbox needs two or three."""

AT_ONCE = 16
"""Look-ups that run at the same time: each holds up to some twenty sockets for up to ten seconds."""

CLIENTS = 10_000
"""Clients that are remembered; with more than that within a minute, the service is full."""


class RateLimit:
    """Counts per client, in a window that slides. One process only: several need a store that they share."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._seen: dict[str, deque[float]] = {}

    def admit(self, client: str, /, *, now: float) -> bool:
        """Whether ``client`` may look something up at the time ``now``."""
        if client not in self._seen and len(self._seen) >= CLIENTS:
            self._seen = {key: times for key, times in self._seen.items() if times[-1] > now - 60}
            if len(self._seen) >= CLIENTS:
                return False
        times = self._seen.setdefault(client, deque())
        while times and times[0] <= now - 60:
            times.popleft()
        if len(times) >= self._per_minute:
            return False
        times.append(now)
        return True


class Question(BaseModel):
    """What a client sends. In the body, because URLs end up in logs."""

    address: Annotated[str, Field(min_length=3, max_length=254)]
    """RFC 5321 allows no more than 254 characters."""


class Settings(BaseModel):
    """What a client gets: what a form needs. Attempts would show this machine's own view of the network."""

    found: bool
    confirmed: bool
    incoming: mailsetup.Server | None
    outgoing: mailsetup.Server | None
    problems: tuple[mailsetup.Problem, ...]


def build(options: mailsetup.Options | None = None, *, per_minute: int = PER_MINUTE, at_once: int = AT_ONCE) -> FastAPI:
    """Build the application; a test hands its own options in."""
    application = FastAPI(title="Mail settings")
    chosen = options or mailsetup.Options.for_server_side()
    limit, places = RateLimit(per_minute), anyio.CapacityLimiter(at_once)

    @application.post("/lookup")
    async def lookup(question: Question, request: Request) -> Settings:
        client = request.client.host if request.client else "unknown"
        if not limit.admit(client, now=time.monotonic()):
            raise HTTPException(429, "Too many look-ups; try again in a minute.", {"Retry-After": "60"})
        try:
            places.acquire_on_behalf_of_nowait(request)
        except anyio.WouldBlock:
            raise HTTPException(503, "Busy; try again in a moment.", {"Retry-After": "5"}) from None
        try:
            found = await mailsetup.aio.discover(question.address, options=chosen)
        except mailsetup.InvalidAddress as error:
            raise HTTPException(422, str(error)) from error
        finally:
            places.release_on_behalf_of(request)
        return Settings(
            found=found.found,
            confirmed=found.confirmed,
            incoming=found.incoming,
            outgoing=found.outgoing,
            problems=found.problems,
        )

    return application


app = build()
