"""Who visits a page without a browser: sends what its script would send, and keeps every reply."""

import html
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

from benchmarks.attacks_presses import JSON, PRESS
from tests.services.conftest import wait_for

SECONDS = 300
WATCHED = re.compile(r'data-watch="([^"]*)"')


def asking(address: str, replies: dict[str, bytes], **headers: str) -> httpx.Client:
    """Return a client that keeps every reply, its headers before its body; it goes on nowhere by itself."""

    def keep(response: httpx.Response) -> None:
        request = f"reply {len(replies)}: {response.request.method} {response.request.url.path}"
        replies[request] = str(response.headers).encode() + b"\n" + response.read()

    hooks = {"response": [keep]}
    return httpx.Client(base_url=address, event_hooks=hooks, timeout=SECONDS, headers=headers)


class Visitor:
    """One page that is open. Parts are called by the names that the page's elements have."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        assert client.get("/").status_code == 200
        config = client.get("/config").json()
        parts = {each["id"]: each["props"] for each in config["components"]}
        self._ids = {props["elem_id"]: part for part, props in parts.items() if props.get("elem_id")}
        self._held = {part: props.get("value") for part, props in parts.items()}
        self._handlers = config["dependencies"]
        self._watched: dict[str, Any] = {}
        self._session = next(each["id"] for each in config["components"] if each["type"] == "browserstate")
        for handler in self._handlers:
            if any(event == "load" for _, event in handler["targets"]):
                self._run(handler, {})

    @property
    def session(self) -> Mapping[str, Any]:
        return self._held[self._session]

    def shown(self, part: str) -> str:
        return str(self._held[self._ids[part]])

    def type(self, part: str, value: Any) -> None:
        self._held[self._ids[part]] = value

    def choose(self, part: str, value: Any) -> None:
        """Choose in a field, which tells its handlers of it."""
        self.type(part, value)
        for event in ("input", "change"):
            self.press(part, event)

    def press(self, part: str, event: str = "click", **said: str) -> None:
        """Trigger an event; `said` is what came with it."""
        for handler in self._handlers:
            if [self._ids[part], event] in handler["targets"]:
                self._run(handler, said)

    def hand_over(self, path: Path) -> None:
        """Upload a file as examples."""
        with path.open("rb") as file:
            sent = self.client.post("/gradio_api/upload", files={"files": (path.name, file)})
        (kept,) = sent.json()
        about = {"path": kept, "orig_name": path.name, "meta": {"_type": "gradio.FileData"}}
        self.type("upload", about)
        self.press("upload", "upload")

    def wait(self, until: Callable[[], Any]) -> None:
        """Poll as the page does, and draw it anew whenever something changed, until this is seen."""
        wait_for(lambda: until() or self._poll() or until(), SECONDS, every=0.1)

    def _poll(self) -> None:
        told = {name: value for name, value in self._watched.items() if name != "measuring"}
        news = self.client.get("/studio/live", params={**told, "since": 0}).json()
        if news["tag"] != told["tag"]:
            self._watched["tag"] = news["tag"]
            self.press("pulse", "changed")
        elif self._watched.get("measuring"):
            self.press("pulse", "measured")

    def _run(self, handler: Mapping[str, Any], said: Mapping[str, str]) -> None:
        if handler["backend_fn"]:
            data = [self._held[part] for part in handler["inputs"]]
            press = {"fn_index": handler["id"], "data": data, "event_data": said or None, "session_hash": "x"}
            reply = self.client.post(PRESS, content=json.dumps(press), headers=JSON)
            assert reply.status_code == 200, reply.text[:300]
            for part, value in zip(handler["outputs"], reply.json()["data"], strict=True):
                self._take(part, value)
        for following in self._handlers:
            if following["trigger_after"] == handler["id"]:
                self._run(following, {})

    def _take(self, part: int, value: Any) -> None:
        if isinstance(value, dict) and value.get("__type__") == "update":
            if "value" not in value:
                return
            value = value["value"]
        self._held[part] = value
        if part == self._ids["pulse"] and (found := WATCHED.search(value)):
            # Where only a part of the page was drawn, it watches what it watched of the rest.
            self._watched |= json.loads(html.unescape(found[1]))
