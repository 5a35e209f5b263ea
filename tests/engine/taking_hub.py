"""A hub on loopback that takes models: repositories, Git LFS in one part and in many, commits, all refusals.

It speaks as the hub's own client expects it to (huggingface_hub 2.4), and keeps what it is sent.
"""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import yaml

TOKEN = "hf_canary0123456789abcdef"
STAND_STILL, ANSWER_LOST = "stand still", "answer lost"
REPOSITORY = r"/api/(models|spaces)/([^/]+/[^/]+)(?:/(preupload|commit|revision)/main)?"
LARGE = (".safetensors", ".gguf")


@dataclass
class Repository:
    private: bool
    files: dict[str, bytes] = field(default_factory=dict)
    commits: list[str] = field(default_factory=list)

    @property
    def tags(self) -> list[str]:
        """What the card's front matter names, as the hub reads it."""
        _, _, card = self.files.get("README.md", b"").decode().partition("---\n")
        return (yaml.safe_load(card.partition("---\n")[0]) or {}).get("tags", [])


@dataclass
class Fault:
    """What happens to the next requests whose method and path match: a status, else the line is cut.

    `said` is told with the status; or it is STAND_STILL (before a file is read) or ANSWER_LOST (after it is
    done).
    """

    where: str
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    said: str = ""
    times: int = 1


@dataclass
class TakingHub:
    repositories: dict[str, Repository] = field(default_factory=dict)
    """By `owner/name`, those of Spaces by `spaces/owner/name`."""
    large: dict[str, bytes] = field(default_factory=dict)
    """What came by LFS, by its SHA-256."""
    parts: dict[str, bytes] = field(default_factory=dict)
    part_bytes: int = 0
    """Where it is set, larger files are asked for in parts of so many bytes."""
    faults: list[Fault] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    sent_bytes: int = 0
    """Of large files, whether they arrived whole or not."""
    may_go_on: threading.Event = field(default_factory=threading.Event)
    address: str = ""

    def fault_for(self, request: str) -> Fault | None:
        for fault in self.faults:
            if fault.times and re.search(fault.where, request):
                fault.times -= 1
                return fault
        return None


def handler_for(hub: TakingHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        answers = True

        def do_GET(self) -> None:
            self.attend(b"")

        def do_POST(self) -> None:
            self.attend(self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def do_PUT(self) -> None:
            fault = hub.fault_for(f"PUT {self.path}")
            length = int(self.headers["Content-Length"])
            if fault is not None and fault.said == STAND_STILL:
                hub.may_go_on.wait(30)
            body = self.rfile.read(length // 2 if fault and not fault.status else length)
            hub.sent_bytes += len(body)
            self.attend(body, fault)

        def attend(self, body: bytes, fault: Fault | None = None) -> None:
            request = f"{self.command} {self.path}"
            hub.asked.append(request)
            fault = fault or hub.fault_for(request)
            if fault is None:
                self.take(body)
            elif fault.said == ANSWER_LOST:
                self.answers = False
                self.take(body)
            elif fault.status:
                said = {"X-Error-Message": fault.said} if fault.said else {}
                self.reply(fault.status, {"error": fault.said or "as asked"}, {**fault.headers, **said})
            else:
                self.close_connection = True  # not a word: the line is cut

        def take(self, body: bytes) -> None:
            path = self.path.partition("?")[0]
            authorised = self.headers.get("Authorization") == f"Bearer {TOKEN}"
            if path.startswith("/store/"):
                self.store(path.removeprefix("/store/"), body)
            elif not authorised:
                self.reply(401, {}, {"X-Error-Message": "Invalid credentials in Authorization header"})
            elif path == "/api/repos/create":
                self.create(json.loads(body))
            elif path == "/api/validate-yaml":
                self.reply(200, {"warnings": [], "errors": []})
            elif match := re.fullmatch(REPOSITORY, path):
                self.on_repository(("spaces/" if match[1] == "spaces" else "") + match[2], match[3], body)
            elif match := re.fullmatch(r"/(?:spaces/)?([^/]+/[^/]+)\.git/info/lfs/objects/batch", path):
                objects = json.loads(body)["objects"]
                self.reply(200, {"objects": [self.wanted(each) for each in objects]})
            elif path == "/verify":
                known = json.loads(body)["oid"] in hub.large
                self.reply(200 if known else 404, {})
            else:
                self.reply(404, {})

        def create(self, wish: dict[str, Any]) -> None:
            is_space = wish.get("type") == "space"
            assert not is_space or wish["sdk"] == "gradio"
            name = f"{'spaces/' if is_space else ''}{wish['organization']}/{wish['name']}"
            if wish["organization"] != "me":
                said = f'You don\'t have the rights to create a model under "{wish["organization"]}"'
                self.reply(403, {"error": said}, {"X-Error-Message": said})
            elif name in hub.repositories:
                self.reply(409, {"url": f"{hub.address}/{name}", "error": "You already created this model"})
            else:
                hub.repositories[name] = Repository(wish.get("visibility") == "private")
                self.reply(200, {"url": f"{hub.address}/{name}"})

        def on_repository(self, name: str, what: str | None, body: bytes) -> None:
            repository = hub.repositories.get(name)
            if repository is None:
                self.reply(404, {}, {"X-Error-Code": "RepoNotFound"})
            elif what == "preupload":
                files = json.loads(body)["files"]
                self.reply(200, {"files": [self.mode(repository, file["path"]) for file in files]})
            elif what == "commit":
                self.commit(name, repository, [json.loads(line) for line in body.splitlines()])
            else:
                siblings = [{"rfilename": file} for file in repository.files]
                found = {"id": name, "private": repository.private, "tags": repository.tags}
                sha = f"{len(repository.commits):040x}"
                self.reply(200, {**found, "sha": sha, "siblings": siblings})

        def mode(self, repository: Repository, path: str) -> dict[str, Any]:
            is_large = path.endswith(LARGE)
            known = repository.files.get(path)
            oid = None if known is None else oid_of(known, is_large=is_large)
            mode = "lfs" if is_large else "regular"
            return {"path": path, "uploadMode": mode, "shouldIgnore": False, "oid": oid}

        def wanted(self, each: dict[str, Any]) -> dict[str, Any]:
            if each["oid"] in hub.large:
                return each
            upload: dict[str, Any] = {"href": f"{hub.address}/store/{each['oid']}"}
            if 0 < hub.part_bytes < each["size"]:
                count = -(-each["size"] // hub.part_bytes)
                parts = {str(at): f"{hub.address}/store/{each['oid']}/{at}" for at in range(1, count + 1)}
                upload["header"] = {"chunk_size": str(hub.part_bytes), **parts}
            return {**each, "actions": {"upload": upload, "verify": {"href": f"{hub.address}/verify"}}}

        def store(self, name: str, body: bytes) -> None:
            oid, _, part = name.partition("/")
            if part:
                hub.parts[name] = body
                self.reply(200, {}, {"ETag": f'"{part}"'})
                return
            if self.command == "POST":
                numbers = [each["partNumber"] for each in json.loads(body)["parts"]]
                body = b"".join(hub.parts[f"{oid}/{number}"] for number in numbers)
            assert hashlib.sha256(body).hexdigest() == oid
            hub.large[oid] = body
            self.reply(200, {})

        def commit(self, name: str, repository: Repository, lines: list[dict[str, Any]]) -> None:
            for line in lines:
                value = line["value"]
                if line["key"] == "file":
                    repository.files[value["path"]] = base64.b64decode(value["content"])
                elif line["key"] == "lfsFile":
                    repository.files[value["path"]] = hub.large[value["oid"]]
                elif line["key"] == "deletedFile":
                    del repository.files[value["path"]]
            repository.commits.append(lines[0]["value"]["summary"])
            oid = f"{len(repository.commits):040x}"
            self.reply(200, {"commitUrl": f"{hub.address}/{name}/commit/{oid}", "commitOid": oid})

        def reply(self, status: int, document: object, headers: dict[str, str] | None = None) -> None:
            if not self.answers:
                self.close_connection = True
                return
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            for key, value in (headers or {}).items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """Stay silent."""

    return Handler


def oid_of(content: bytes, *, is_large: bool) -> str:
    """Return how the hub names a content: by SHA-256 where it came by LFS, else as Git does."""
    if is_large:
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


@contextmanager
def standing(hub: TakingHub) -> Iterator[TakingHub]:
    """Answer on loopback meanwhile."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(hub))
    server.daemon_threads = True
    hub.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.may_go_on.set()
        server.shutdown()
        server.server_close()
        thread.join()
