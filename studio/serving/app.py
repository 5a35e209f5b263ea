"""The routes: /v1/models, /v1/chat/completions, /v1/completions, /health."""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from studio.core.errors import StudioError
from studio.evaluation.arms.given import NOTHING, Given
from studio.serving.forms import ChatRequest, TextRequest, WrongRequest, error, read, usage
from studio.serving.gate import body_of
from studio.serving.refusals import HANDLERS
from studio.serving.replies import Piece, Reply
from studio.serving.speakers import Speaker
from studio.serving.turns import Turns

MOST_BYTES = 1_000_000
LONGEST_SECONDS = 600.0
LOOKS_EVERY_SECONDS = 1.0
"""Whether whoever waits for a whole answer is still there."""


@dataclass(frozen=True)
class Form:
    """How one way of asking writes its answers: the whole one, and the pieces of a stream."""

    whole: str
    piece: str
    starts: str

    def choice(self, text: str, finish: str | None, *, streamed: bool, first: bool = False) -> dict[str, Any]:
        chosen: dict[str, Any] = {"index": 0, "finish_reason": finish, "logprobs": None}
        if self.starts == "cmpl":
            return chosen | {"text": text}
        said = {"role": "assistant", "content": text} if first or not streamed else {"content": text}
        return chosen | ({"delta": said} if streamed else {"message": said | {"refusal": None}})


CHAT = Form("chat.completion", "chat.completion.chunk", "chatcmpl")
TEXT = Form("text_completion", "text_completion", "cmpl")


@dataclass(frozen=True)
class Offer:
    """The models that requests can name, and what takes one off again: it may happen at any time."""

    speakers: Mapping[str, Speaker]
    put_away: Callable[[str], None]


@dataclass(frozen=True)
class UnderWay:
    """An answer that is being written, and what is said of it."""

    form: Form
    asked: ChatRequest | TextRequest
    reply: Reply
    pieces: "asyncio.Queue[Piece]"
    prompt_tokens: int
    given: Given
    id: str
    created: int

    def head(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.asked.model}

    def used(self) -> dict[str, int]:
        return usage(self.prompt_tokens, self.reply.written)


class Desk:
    """The handlers over the models that are served and the line before them."""

    def __init__(self, offer: Offer, turns: Turns) -> None:
        self._offer, self._turns, self._began = offer, turns, int(time.time())

    def app(self) -> Starlette:
        routes = [
            Route("/health", self.health),
            Route("/v1/models", self.models),
            Route("/v1/models/{name:path}", self.model),
            Route("/v1/chat/completions", partial(self.answer, CHAT), methods=["POST"]),
            Route("/v1/completions", partial(self.answer, TEXT), methods=["POST"]),
        ]
        return Starlette(routes=routes, exception_handlers=HANDLERS)

    async def health(self, request: Request) -> Response:
        under_way, waiting = self._turns.counts()
        state = {
            "status": "ok" if self._turns.alive else "failed",
            "answering": under_way,
            "waiting": waiting,
        }
        return JSONResponse(state, status_code=200 if self._turns.alive else 503)

    async def models(self, request: Request) -> Response:
        return JSONResponse({"object": "list", "data": [self._card(name) for name in await self._offered()]})

    async def model(self, request: Request) -> Response:
        return JSONResponse(self._card((await self._known(request.path_params["name"])).name))

    async def answer(self, form: Form, request: Request) -> Response:
        try:
            document = json.loads(await body_of(request, MOST_BYTES))
        except (ValueError, RecursionError) as broken:
            raise WrongRequest("The body is not JSON.") from broken
        asked = read(ChatRequest if form is CHAT else TextRequest, document)
        answer = await self._begin(form, asked)
        if asked.stream:
            return StreamingResponse(_streamed(answer), media_type="text/event-stream")
        return JSONResponse(await _whole(answer, request))

    def _card(self, name: str) -> dict[str, Any]:
        return {"id": name, "object": "model", "created": self._began, "owned_by": "studio"}

    async def _offered(self) -> Mapping[str, Speaker]:
        """Return the models by name; one whose run was deleted since is put away first."""
        offered = dict(self._offer.speakers)
        for name in [name for name, speaker in offered.items() if speaker.gone]:
            await run_in_threadpool(self._offer.put_away, name)
            del offered[name]
        return offered

    async def _known(self, name: str) -> Speaker:
        offered = await self._offered()
        if name not in offered:
            known = ", ".join(offered)
            raise WrongRequest(
                f"There is no model {name!r} here. Known: {known}.",
                status=404,
                param="model",
                code="model_not_found",
            )
        return offered[name]

    async def _begin(self, form: Form, asked: ChatRequest | TextRequest) -> UnderWay:
        from studio.engine.decoding import Sampling, Seat

        speaker = await self._known(asked.model)
        ids, given = await run_in_threadpool(_prompt, speaker, asked)
        room = _room(speaker, asked, len(ids))
        loop, pieces = asyncio.get_running_loop(), asyncio.Queue[Piece]()
        reply = Reply(
            speaker.gathered.tokenizer,
            lambda piece: loop.call_soon_threadsafe(pieces.put_nowait, piece),
            ends=speaker.ends,
            stops=asked.stop,
            limit=min(asked.limit, room),
            seconds=LONGEST_SECONDS,
        )
        seed = secrets.randbits(31) if asked.seed is None else asked.seed
        sampling = Sampling(asked.temperature, asked.top_p, seed)
        seat = Seat(ids, reply.take, speaker.add_on, sampling, reply.wanted, reply.refuse)
        self._turns.ask(speaker.decoder, seat, reply)
        number, now = f"{form.starts}-{secrets.token_hex(12)}", int(time.time())
        return UnderWay(form, asked, reply, pieces, len(ids), given, number, now)


def _prompt(speaker: Speaker, asked: ChatRequest | TextRequest) -> tuple[list[int], Given]:
    try:
        if isinstance(asked, TextRequest):
            return speaker.text_prompt(asked.prompt), NOTHING
        return speaker.chat_prompt([turn.message() for turn in asked.messages])
    except StudioError as problem:
        raise WrongRequest(problem.message, param=asked.PROMPT) from problem


def _room(speaker: Speaker, asked: ChatRequest | TextRequest, prompt_tokens: int) -> int:
    room = speaker.room(prompt_tokens)
    if room <= 0:
        raise WrongRequest(
            f"The prompt has {prompt_tokens:,} tokens, and this model reads {speaker.limit:,} at most.",
            param=asked.PROMPT,
            code="context_length_exceeded",
        )
    return room


async def _whole(answer: UnderWay, request: Request) -> dict[str, Any]:
    pieces = [Piece("")]
    try:
        while not pieces[-1].finish:
            pieces += await _come(answer)
            if not pieces[-1].finish and await request.is_disconnected():
                raise WrongRequest("Whoever asked has left.", status=499)
    finally:
        answer.reply.gone = True  # also where whoever asked has left, or the server closes
    if pieces[-1].finish == "failed":
        raise _failure(pieces[-1])
    text, finish = "".join(piece.text for piece in pieces), pieces[-1].finish
    choice = answer.form.choice(text, finish, streamed=False)
    document = answer.head(answer.form.whole) | {"choices": [choice], "usage": answer.used()}
    return document | ({"sources": list(answer.given.sources)} if answer.given.sources else {})


async def _come(answer: UnderWay) -> list[Piece]:
    """Return the pieces that come until it is time to look whether somebody still waits, or to the last."""
    come, until = [], time.monotonic() + LOOKS_EVERY_SECONDS
    with suppress(TimeoutError):
        while (left := until - time.monotonic()) > 0:
            come.append(await asyncio.wait_for(answer.pieces.get(), timeout=left))
            if come[-1].finish:
                break
    return come


async def _streamed(answer: UnderWay) -> AsyncIterator[str]:
    head, finish, first = answer.head(answer.form.piece), "", True
    try:
        while not finish:
            piece = await answer.pieces.get()
            finish = piece.finish
            if piece.note:  # it is no answer, or not a whole one
                yield _event(error(_failure(piece)))
                return
            ended = {"failed": "length"}.get(finish, finish) or None
            choice = answer.form.choice(piece.text, ended, streamed=True, first=first)
            more = {"sources": list(answer.given.sources)} if first and answer.given.sources else {}
            first = False
            yield _event(head | {"choices": [choice]} | more)
        if answer.asked.stream_options.include_usage:
            yield _event(head | {"choices": [], "usage": answer.used()})
        yield "data: [DONE]\n\n"
    finally:
        answer.reply.gone = True  # also where whoever asked has closed the line


def _failure(piece: Piece) -> WrongRequest:
    if piece.note:
        return WrongRequest(piece.note, status=503, code="model_unavailable")
    return WrongRequest("The server ended before the answer did.", status=500, code="failed")


def _event(document: dict[str, Any]) -> str:
    # In ASCII, where nothing is a line's end to anybody: some clients take U+0085 and U+2028 for one.
    return f"data: {json.dumps(document)}\n\n"
