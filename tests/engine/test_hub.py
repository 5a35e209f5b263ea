"""Everything a hub can answer, asked of a small stand-in on loopback: one plain sentence each."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch

from studio.core.errors import Refused
from studio.engine.hub import earlier_download, fetch
from studio.engine.models import load_model, load_tokenizer
from studio.engine.sources import from_folder, source_here
from studio.engine.weight_files import Abandoned

COMMIT = "0123456789abcdef0123456789abcdef01234567"
EXTRA = {
    "pytorch_model.bin": b"pickled",
    "modeling_evil.py": b"raise SystemExit",
    "adapter_config.json": b"{}",
}


@dataclass
class StandIn:
    """A hub with one model or data set. `fault`: an HTTP status for every answer, "cut" for torn files."""

    files: dict[str, bytes]
    fault: int | str | None = None
    gated: bool = False
    name: str = "owner/model"
    kind: str = "models"
    missing_revision: str = "nowhere"
    asked: list[str] = field(default_factory=list)
    address: str = ""

    @property
    def place(self) -> str:
        """Where its files are asked for."""
        return f"/{self.name}" if self.kind == "models" else f"/{self.kind}/{self.name}"

    @property
    def card_data(self) -> dict[str, str]:
        return {"license": "cc-by-4.0"} if b"license: cc-by-4.0" in self.files.get("README.md", b"") else {}


def handler_for(hub: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.answer(body=False)

        def do_GET(self) -> None:
            self.answer(body=True)

        def answer(self, body: bool) -> None:
            hub.asked.append(self.path)
            if isinstance(hub.fault, int):
                self.reply(hub.fault, b'{"error": "as asked"}', body)
            elif not self.path.startswith((f"/api/{hub.kind}/{hub.name}", f"{hub.place}/resolve")):
                self.reply(404, b"{}", body, {"X-Error-Code": "RepoNotFound"})
            elif "revision/" in self.path and hub.missing_revision in self.path:
                self.reply(404, b"{}", body, {"X-Error-Code": "RevisionNotFound"})
            elif hub.gated:
                self.reply(403, b"{}", body, {"X-Error-Code": "GatedRepo"})
            elif "/tree/" in self.path:
                entries = [
                    {"type": "file", "path": name, "size": len(data), "oid": f"{number:040x}"}
                    for number, (name, data) in enumerate(hub.files.items())
                ]
                self.reply(200, json.dumps(entries).encode(), body)
            elif self.path.startswith("/api/"):
                siblings = [{"rfilename": name, "size": len(data)} for name, data in hub.files.items()]
                info = {"id": hub.name, "sha": COMMIT, "siblings": siblings, "cardData": hub.card_data}
                self.reply(200, json.dumps(info).encode(), body)
            else:
                self.send_file(self.path.partition(f"/resolve/{COMMIT}/")[2], body)

        def send_file(self, name: str, body: bool) -> None:
            data = hub.files[name]
            headers = {"ETag": f'"{name}"', "X-Repo-Commit": COMMIT}
            if body and hub.fault == "cut" and name.endswith(".safetensors"):
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                for key, value in headers.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(data[: len(data) // 2])
                self.close_connection = True
                return
            self.reply(200, data, body, headers)

        def reply(self, status: int, data: bytes, body: bool, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            if body:
                self.wfile.write(data)

        def log_message(self, format: str, *arguments: object) -> None:
            """Stay silent."""

    return Handler


@pytest.fixture
def hub(tiny_model_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    files = {path.name: path.read_bytes() for path in tiny_model_folder.iterdir()}
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda seconds: None)
    with served(StandIn(files | EXTRA)) as stand_in:
        yield stand_in


@contextmanager
def served(stand_in: StandIn) -> Iterator[StandIn]:
    """Answer on loopback meanwhile."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(stand_in))
    stand_in.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield stand_in
    server.shutdown()
    server.server_close()
    thread.join()


def fetch_model(hub: StandIn, cache: Path, model: str = "owner/model", revision: str = ""):
    return fetch(model, revision, endpoint=hub.address, cache=cache)


def test_a_model_is_fetched_with_its_commit_and_loads(hub, tmp_path, tiny_source):
    fetched = fetch_model(hub, tmp_path)
    assert fetched.commit == COMMIT
    source = from_folder(fetched.folder, id="owner/model", revision=fetched.commit)
    assert source.weights_hash == tiny_source.weights_hash
    load_model(source, dtype=torch.float32, device="cpu")
    load_tokenizer(source)


def test_pickles_programs_and_adapters_are_not_even_asked_for(hub, tmp_path):
    folder = fetch_model(hub, tmp_path).folder
    assert not set(EXTRA) & {path.name for path in folder.iterdir()}
    assert not any(name in path for path in hub.asked for name in EXTRA)


def test_without_a_network_an_earlier_download_is_used(hub, tmp_path):
    first = fetch_model(hub, tmp_path)
    gone = StandIn({}, address="http://127.0.0.1:9")
    assert fetch_model(gone, tmp_path) == first
    assert fetch_model(gone, tmp_path, revision=COMMIT) == first


def test_a_commit_that_is_here_is_not_asked_for_again(hub, tmp_path):
    first = fetch_model(hub, tmp_path)
    hub.asked.clear()
    assert fetch_model(hub, tmp_path, revision=COMMIT) == first
    assert hub.asked == []


def test_a_commit_of_which_only_the_configuration_is_here_is_fetched(hub, tmp_path):
    first = fetch_model(hub, tmp_path)
    (first.folder / "model.safetensors").unlink()
    assert earlier_download("owner/model", COMMIT, tmp_path) is None
    assert (fetch_model(hub, tmp_path, revision=COMMIT).folder / "model.safetensors").exists()


def test_a_download_stops_between_two_files(hub, tmp_path):
    with pytest.raises(Abandoned):
        fetch("owner/model", endpoint=hub.address, cache=tmp_path, stopping=lambda: True)
    assert not any("/resolve/" in path for path in hub.asked)


def test_a_model_of_the_hub_is_found_on_this_machine_without_a_network(hub, tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    assert source_here("owner/model") is None
    fetched = fetch_model(hub, tmp_path)
    hub.asked.clear()
    here = source_here("owner/model")
    assert here is not None
    assert (here.id, here.path, here.revision) == ("owner/model", fetched.folder, COMMIT)
    assert source_here("owner/other") is None
    assert hub.asked == []


def test_without_a_network_or_an_earlier_download_it_is_refused(tmp_path):
    with pytest.raises(
        Refused, match="could not be reached, and owner/model was not downloaded before"
    ) as caught:
        fetch_model(StandIn({}, address="http://127.0.0.1:9"), tmp_path)
    assert "starter" in caught.value.hint


@pytest.mark.parametrize("name", ["owner/other", "nobody"])
def test_a_model_that_does_not_exist_is_refused_by_name(hub, tmp_path, name):
    with pytest.raises(Refused, match=f"There is no model named '{name}' on the hub, or it is private"):
        fetch_model(hub, tmp_path, model=name)


def test_a_revision_that_does_not_exist_is_refused(hub, tmp_path):
    with pytest.raises(Refused, match="owner/model has no revision 'nowhere'"):
        fetch_model(hub, tmp_path, revision="nowhere")


def test_a_gated_model_is_refused_with_the_way_in(hub, tmp_path):
    hub.gated = True
    with pytest.raises(Refused, match="owner/model is gated") as caught:
        fetch_model(hub, tmp_path)
    assert "Accept them on the model's page" in caught.value.hint


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, r"does not let you have owner/model \(answer 401\)"),
        (403, r"does not let you have owner/model \(answer 403\)"),
        (429, r"asks for patience .* \(answer 429\)"),
        (500, r"trouble of its own .* \(answer 500\)"),
    ],
)
def test_a_refusing_hub_is_quoted_with_its_answer(hub, tmp_path, status, message):
    hub.fault = status
    with pytest.raises(Refused, match=message):
        fetch_model(hub, tmp_path)


def test_a_line_that_is_cut_is_said_and_leaves_no_half_model(hub, tmp_path):
    hub.fault = "cut"
    with pytest.raises(Refused, match="The download of owner/model broke off") as caught:
        fetch_model(hub, tmp_path)
    assert caught.value.hint.startswith("Try again")
    hub.fault = None
    assert from_folder(fetch_model(hub, tmp_path).folder).path.exists()


def test_weights_only_as_pickle_are_refused_before_the_download(hub, tmp_path):
    hub.files.pop("model.safetensors")
    with pytest.raises(Refused, match="has no weights as safetensors"):
        fetch_model(hub, tmp_path)
    assert not any("/resolve/" in path for path in hub.asked)


def test_an_adapter_alone_is_refused(hub, tmp_path):
    hub.files.pop("config.json")
    with pytest.raises(Refused, match="is an adapter, not a whole model"):
        fetch_model(hub, tmp_path)


def test_a_full_disk_is_said_before_the_download(hub, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "studio.engine.hub.shutil.disk_usage", lambda path: type("Usage", (), {"free": 1000})()
    )
    with pytest.raises(Refused, match=r"takes 0\.0 GB of disk and 0\.0 GB are free"):
        fetch_model(hub, tmp_path)


def test_a_model_larger_than_may_be_fetched_here_is_refused_before_the_download(hub, tmp_path, monkeypatch):
    monkeypatch.setenv("STUDIO_LIMIT_MODEL_MB", "0.01")
    with pytest.raises(Refused, match=r"a model that is fetched may take 10 kB here"):
        fetch_model(hub, tmp_path)
    assert not any("/resolve/" in path for path in hub.asked)
