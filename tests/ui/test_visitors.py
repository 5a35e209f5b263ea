"""Every use of a shared studio is one by whoever asks in that moment; where nobody does, it refuses."""

import threading

import anyio
import pytest
from anyio import to_thread

from studio.core.errors import Refused
from studio.ui.app import build
from studio.ui.live import Live
from studio.ui.visitors import NOBODY, SharedStudio, visiting, visitor


@pytest.fixture
def shared(studio):
    return SharedStudio(studio)


def test_a_shared_studio_is_the_one_of_whoever_asks(shared):
    owners = []
    for name in ("ada", "bob"):
        with visiting(name):
            owners.append(shared.owner)
    assert owners == ["ada", "bob"]


def test_where_nobody_asks_every_verb_is_refused(shared):
    for name in ("runs", "samples", "start", "owner", "hourly_price"):
        with pytest.raises(Refused, match="does not know who is asking"):
            getattr(shared, name)


def test_a_thread_of_another_request_does_not_inherit_who_asks(shared):
    seen = []

    def look():
        try:
            seen.append(shared.owner)
        except Refused:
            seen.append("refused")

    with visiting("ada"):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert seen == ["refused"]


def test_a_handler_in_a_worker_thread_is_asked_by_the_visitor_of_its_request(shared):
    async def two() -> list[str]:
        seen = []

        async def request(name: str) -> None:
            with visiting(name):
                await anyio.lowlevel.checkpoint()
                seen.append(f"{name} {await to_thread.run_sync(lambda: shared.owner)} {visitor()}")

        async with anyio.create_task_group() as group:
            for name in ("ada", "bob"):
                group.start_soon(request, name)
        return sorted(seen)

    assert anyio.run(two) == ["ada ada ada", "bob bob bob"]


def test_the_page_of_a_shared_studio_is_built_with_nobodys_things(shared):
    with visiting(NOBODY):
        assert build(shared, local=False).fns


def test_polls_of_two_people_in_the_same_moment_are_told_of_their_own_runs(studio, monkeypatch):
    read = []

    def runs(self):
        read.append(self.owner)
        return ()

    monkeypatch.setattr(type(studio), "runs", runs)
    live = Live(SharedStudio(studio), clock=lambda: 1.0)
    for name in ("ada", "bob", "ada"):
        with visiting(name):
            live.runs()
    assert read == ["ada", "bob"]
