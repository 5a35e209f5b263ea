"""Who waits for a whole answer and leaves is heard of while the tokens come, and takes nobody's place on."""

import asyncio
import time
from contextlib import suppress

import pytest

from studio.evaluation.arms.given import NOTHING
from studio.serving import app
from studio.serving.forms import ChatRequest, WrongRequest
from studio.serving.replies import Piece, Reply


class Asking:
    """A request whose sender is there, or has left."""

    def __init__(self, *, left: bool) -> None:
        self._left = left

    async def is_disconnected(self) -> bool:
        return self._left


def under_way() -> app.UnderWay:
    asked = ChatRequest(model="m", messages=[{"role": "user", "content": "?"}])
    reply = Reply(None, lambda piece: None, ends=frozenset(), stops=(), limit=9, seconds=9.0)
    return app.UnderWay(app.CHAT, asked, reply, asyncio.Queue(), 1, NOTHING, "id", 0)


async def writing(answer: app.UnderWay) -> None:
    while not answer.reply.gone:
        answer.pieces.put_nowait(Piece("a"))
        await asyncio.sleep(0.01)


def test_whoever_left_is_noticed_although_piece_follows_piece(monkeypatch):
    monkeypatch.setattr(app, "LOOKS_EVERY_SECONDS", 0.1)

    async def ask() -> app.UnderWay:
        answer = under_way()
        writer = asyncio.create_task(writing(answer))
        with pytest.raises(WrongRequest, match="has left"):
            await asyncio.wait_for(app._whole(answer, Asking(left=True)), 20)
        await writer
        return answer

    began = time.monotonic()
    assert asyncio.run(ask()).reply.gone
    assert time.monotonic() - began < 15


def test_an_answer_that_is_cut_off_as_the_server_closes_is_written_on_for_nobody():
    async def ask() -> app.UnderWay:
        answer = under_way()
        waiting = asyncio.create_task(app._whole(answer, Asking(left=False)))
        await asyncio.sleep(0)
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
        return answer

    assert asyncio.run(ask()).reply.gone
