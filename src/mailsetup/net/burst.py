"""Several DNS questions at once: what a resolver can do that has many of them in hand, and how to do without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

import anyio

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mailsetup.net.interface import Answer, RecordType, Resolver

    Ask = tuple[str, RecordType]
    Told = Callable[[int, Answer], object]


class BurstResolver(Protocol):
    """A ``Resolver`` that has a cheaper way to many answers than one task for each."""

    async def resolve_all(self, questions: Sequence[Ask], /, *, told: Told) -> None:
        """Ask all, and call ``told`` with the place of a question and its answer as each one comes."""
        ...


async def resolve_all(resolver: Resolver, questions: Sequence[Ask], /, *, told: Told) -> None:
    """Ask all ``questions`` at once, in the resolver's own way where it has one.

    Args:
        resolver: any resolver, one of an embedder's own too.
        questions: names and types.
        told: called with the place of a question and its answer, as each one comes.
    """
    if hasattr(resolver, "resolve_all"):
        await cast("BurstResolver", resolver).resolve_all(questions, told=told)
    else:
        await one_by_one(resolver, dict(enumerate(questions)), told=told)


async def one_by_one(resolver: Resolver, questions: dict[int, Ask], /, *, told: Told) -> None:
    """Ask each question in a task of its own."""

    async def ask(place: int, name: str, type_: RecordType) -> None:
        told(place, await resolver.resolve(name, type_))

    async with anyio.create_task_group() as group:
        for place, (name, type_) in questions.items():
            group.start_soon(ask, place, name, type_)
