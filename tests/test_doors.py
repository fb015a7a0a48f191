"""The two doors: same names, same arguments, same answers."""

from __future__ import annotations

import inspect
import threading
from typing import Any

import anyio
import pytest

import mailsetup
from mailsetup import aio, blocking

OFFLINE = mailsetup.Options(offline=True)


def public_functions(module: Any) -> dict[str, Any]:
    return {
        name: value
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
    }


def test_both_doors_have_the_same_names() -> None:
    """Whoever knows one door knows the other."""
    assert set(public_functions(aio)) == set(public_functions(blocking)) == set(aio.__all__)


@pytest.mark.parametrize("name", aio.__all__)
def test_twins_take_the_same_arguments(name: str) -> None:
    """Parameters, their kinds, their defaults and their types agree."""
    asynchronous, plain = inspect.signature(getattr(aio, name)), inspect.signature(getattr(blocking, name))
    assert list(asynchronous.parameters.values()) == list(plain.parameters.values())


@pytest.mark.parametrize("name", aio.__all__)
def test_every_function_takes_one_argument_by_position(name: str) -> None:
    """The rest is named, so that calls read well and can grow."""
    kinds = [parameter.kind for parameter in inspect.signature(getattr(aio, name)).parameters.values()]
    assert kinds[0] is inspect.Parameter.POSITIONAL_ONLY
    assert set(kinds[1:]) <= {inspect.Parameter.KEYWORD_ONLY}


def comparable(discovery: mailsetup.Discovery) -> dict[str, Any]:
    """Everything but the clock."""
    return discovery.model_dump(exclude={"elapsed": True, "attempts": {"__all__": {"started", "elapsed"}}})


@pytest.mark.anyio
async def test_both_doors_give_the_same_answer() -> None:
    """On asyncio and on trio."""
    waited = await aio.discover("x@gmail.com", options=OFFLINE)
    assert comparable(waited) == comparable(mailsetup.discover("x@gmail.com", options=OFFLINE))
    assert waited.found


@pytest.mark.anyio
async def test_the_blocking_door_works_inside_a_running_loop() -> None:
    """A notebook, a callback: people call it from there too."""
    assert mailsetup.discover("x@gmail.com", options=OFFLINE).found


@pytest.mark.anyio
async def test_the_asynchronous_door_raises_for_a_bad_address() -> None:
    """The caller's mistakes are exceptions behind both doors."""
    with pytest.raises(mailsetup.InvalidAddress):
        await aio.discover("gmail.com", options=OFFLINE)
    with pytest.raises(mailsetup.InvalidAddress):
        mailsetup.discover("gmail.com", options=OFFLINE)


def test_a_local_answer_starts_no_thread() -> None:
    """What this machine knows is answered in the caller's own thread."""
    before = threading.active_count()
    mailsetup.discover("x@gmail.com", options=OFFLINE)
    assert threading.active_count() == before


def test_the_example_of_the_documentation_runs_on_both_loops() -> None:
    """The entry points users have."""
    for backend in ("asyncio", "trio"):
        found = anyio.run(lambda: aio.discover("x@gmail.com", options=OFFLINE), backend=backend)
        assert found.imap is not None
