"""Presses that no page sends, posted to every handler of a page that is really served."""

import contextlib
import inspect
import io
import json
import os
import random
import socket
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import gradio as gr
import httpx
from starlette.requests import HTTPConnection

from studio.services.studio import Studio
from studio.ui.app import build, launch
from studio.ui.doors.door import Visit
from studio.ui.guard import guarded
from studio.ui.visitors import NOBODY, SharedStudio, visiting

ROOT = Path(__file__).parents[1]
PRESS = "/gradio_api/run/predict"
JSON = {"content-type": "application/json"}
PASSWORDS = "../../../../../../etc/passwd"


def file(path: str) -> dict[str, Any]:
    """Return what a page sends in place of a file."""
    return {"path": path, "meta": {"_type": "gradio.FileData"}}


VALUES: tuple[Any, ...] = (
    None, 0, -1, 1e308, 2**70, float("nan"), float("inf"), True, "", "x" * 100_000, "\ud800\x00\u202e", [],
    {}, [[[]]], {"a": 1}, {"path": 3, "meta": {"_type": "gradio.FileData"}}, PASSWORDS, [PASSWORDS],
    file("/etc/passwd"),
)  # fmt: skip
"""What stands in place of what a field holds. Wrong of kind, huge, or somebody else's."""
NAMES = (
    "id", "run", "row", "rows", "place", "sample", "text", "kind", "job", "name", "step", "check", "fix",
    "dataset", "question", "choice", "recipe", "document", "column", "who", "key", "up", "axis", "bytes",
)  # fmt: skip
"""What the parts of the page say of themselves when they are pressed."""


@dataclass(frozen=True)
class Site:
    """A page that is served on this machine."""

    address: str
    page: gr.Blocks
    studio: Studio


@dataclass(frozen=True)
class Entrance:
    """A door through which everybody comes in as the same person; "" is whoever sits at the machine."""

    owner: str

    async def open(self, request: HTTPConnection) -> Visit:
        return Visit(self.owner)


@contextmanager
def served(studio: Studio, folder: Path, *, visitor: str = "") -> Iterator[Site]:
    """Serve the page of a studio as `serve` does; what is uploaded lies in `folder`.

    `visitor`: the studio is one of many people, and this one of them asks.
    """
    before = os.environ.get("GRADIO_TEMP_DIR")
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    seen = SharedStudio(studio) if visitor else studio
    with visiting(NOBODY if visitor else ""):
        page = build(seen, local=not visitor, shared=bool(visitor))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    launch(page, seen, host="127.0.0.1", port=port, lifespan=guarded(Entrance(visitor), ()))
    try:
        yield Site(f"http://127.0.0.1:{port}", page, studio)
    finally:
        page.close()
        os.environ.pop("GRADIO_TEMP_DIR")
        if before is not None:
            os.environ["GRADIO_TEMP_DIR"] = before


@dataclass
class Answers:
    """What came of the presses."""

    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    handlers: set[str] = field(default_factory=set)
    mistakes: set[str] = field(default_factory=set)
    """Last lines of the traces of our own code that the server wrote."""
    told: list[str] = field(default_factory=list)
    """Replies in which a trace stands, or what nobody may be told."""


def press(site: Site, handler: str, session: Mapping[str, Any]) -> str:
    """Press what hands over the session alone, as the page does, and return the reply."""
    number = next(number for number, each in site.page.fns.items() if each.name == handler)
    body = {"fn_index": number, "data": [dict(session)], "event_data": {}, "session_hash": "page"}
    return httpx.post(f"{site.address}{PRESS}", json=body, timeout=120).text


def press_all(
    site: Site,
    draw: random.Random,
    *,
    each: int = 1,
    sessions: Sequence[Mapping[str, Any]] = (),
    said: Mapping[str, Sequence[Any]] = MappingProxyType({}),
    secret: str = "",
) -> Answers:
    """Press everything `each` times with what no page sends; a session is one of `sessions`, or nonsense.

    `said` are values that the parts of the page say of themselves by name, in the place of nonsense;
    What `secret` says may stand in no reply.
    """
    answers, written = Answers(), io.StringIO()
    with httpx.Client(base_url=site.address, timeout=120) as client, contextlib.redirect_stderr(written):
        for number, name, fields in _handlers(site.page):
            answers.handlers.add(name)
            for _ in range(each):
                body = {
                    "fn_index": number,
                    "session_hash": "attacked",
                    "data": [_value(field, draw, sessions) for field in fields],
                    "event_data": _said(draw, said),
                }
                # Not `json=`: halves of letters and numbers that are none are to come through.
                reply = client.post(PRESS, content=json.dumps(body), headers=JSON)
                answers.sent += 1
                answers.statuses[reply.status_code] += 1
                if any(word in reply.text for word in ("Traceback", str(ROOT), secret) if word):
                    answers.told.append(f"{name}: {reply.text[:300]}")
    answers.mistakes = set(own_mistakes(written.getvalue()))
    return answers


def own_mistakes(written: str) -> Iterator[str]:
    """Yield the end of each trace with our own code in it; Gradio writes one for every refusal of its own."""
    for trace in written.split("Traceback (most recent call last)")[1:]:
        frames = [line for line in trace.splitlines() if f'"{ROOT}/studio/' in line]
        if frames:
            last = [line for line in trace.splitlines() if line[:1].strip() and ":" in line]
            yield f"{frames[-1].strip()}: {last[-1] if last else ''}"[:400]


def _handlers(page: gr.Blocks) -> Iterator[tuple[int, str, list[gr.blocks.Block]]]:
    """Yield the number, the name and the fields of every handler; of those that hang on many fields, one."""
    seen = set()
    for number, function in page.fns.items():
        if function.fn is None:
            continue
        inner = inspect.unwrap(function.fn)
        owner = type(getattr(inner, "__self__", None)).__name__
        key = (owner, getattr(inner, "__qualname__", ""), tuple(field._id for field in function.inputs))
        if key not in seen or key[1].endswith(("<lambda>", "handle")):
            seen.add(key)
            yield number, f"{owner}.{key[1]}", list(function.inputs)


def _value(field: gr.blocks.Block, draw: random.Random, sessions: Sequence[Mapping[str, Any]]) -> Any:
    if isinstance(field, gr.BrowserState) and sessions and draw.random() < 0.8:
        return dict(draw.choice(sessions))
    if isinstance(field, gr.Textbox | gr.HTML) and draw.random() < 0.5:
        return draw.choice([value for value in VALUES if isinstance(value, str)])
    if isinstance(field, gr.Radio | gr.Dropdown) and field.choices and draw.random() < 0.7:
        return draw.choice(field.choices)[1]
    return draw.choice(VALUES)


def _said(draw: random.Random, known: Mapping[str, Sequence[Any]]) -> dict[str, Any] | None:
    if draw.random() < 0.1:
        return None
    return {name: draw.choice(known.get(name, VALUES[:-1])) for name in NAMES if draw.random() < 0.8}
