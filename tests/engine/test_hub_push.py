"""Sending to a stand-in of the hub: what arrives, what is not sent twice, and every way it can fail."""

import hashlib
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from huggingface_hub import get_session

from studio.core.errors import Refused, StudioError
from studio.core.keys import Key
from studio.engine import hub_push
from studio.engine.hub_push import WAITS_SECONDS, Parcel, Pushed, is_signed_in, machine_token, push
from tests.engine.taking_hub import ANSWER_LOST, STAND_STILL, TOKEN, Fault, Repository, TakingHub, standing

CARD = "---\nlicense: mit\ntags:\n- fine-tuning-studio\n---\n# Tuned\n"
WEIGHTS = bytes(range(256)) * 1000


class Stopped(Exception):
    pass


@dataclass
class Watch:
    """Waits without waiting: `waited` says for how long it would have, `told` what was said meanwhile."""

    told: list[tuple[int, int, str]] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    stop_at: str = ""

    def progress(self, done: int, total: int, message: str) -> None:
        if (done, total, message) not in self.told:
            self.told.append((done, total, message))

    def pause(self, seconds: float) -> None:
        if seconds:
            self.waited.append(seconds)
        if self.stop_at and self.told[-1][2].startswith(self.stop_at):
            raise Stopped


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[TakingHub]:
    # What the library waits by itself after a cut, before a large file is sent anew.
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda seconds: None)
    with standing(TakingHub()) as taking:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", taking.address)
        yield taking


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def parcel(tmp_path: Path) -> Parcel:
    folder = tmp_path / "adapter"
    folder.mkdir()
    (folder / "README.md").write_text(CARD)
    (folder / "adapter_config.json").write_text("{}")
    (folder / "adapter_model.safetensors").write_bytes(WEIGHTS)
    (folder / "secret.txt").write_text("lies in the folder, and is no part of the export")
    names = ("README.md", "adapter_config.json", "adapter_model.safetensors")
    return Parcel(folder, names, "Adapter of step 10", "me/tuned")


def send(parcel: Parcel, watch: Watch, token: str = TOKEN) -> Pushed:
    return push(parcel, Key(token), progress=watch.progress, pause=watch.pause)


def test_the_files_arrive_in_one_commit_of_a_private_repository(
    hub: TakingHub, parcel: Parcel, watch: Watch
) -> None:
    pushed = send(parcel, watch)
    made = hub.repositories["me/tuned"]
    assert made.private
    assert made.commits == ["Adapter of step 10"]
    assert made.files == {name: (parcel.folder / name).read_bytes() for name in parcel.names}
    assert pushed == Pushed(f"{hub.address}/me/tuned", f"{1:040x}", True, ())


def test_everyone_sees_it_only_where_that_was_said(hub: TakingHub, parcel: Parcel, watch: Watch) -> None:
    assert not send(replace(parcel, private=False), watch).private
    assert not hub.repositories["me/tuned"].private


def test_progress_is_told_in_bytes_of_the_file_that_is_sent(
    hub: TakingHub, parcel: Parcel, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "Sending adapter_model.safetensors"
    monkeypatch.setattr(hub_push, "LOOK_SECONDS", 0.001)
    send(parcel, watch)
    sizes = {total for _, total, message in watch.told if message == said}
    assert sizes == {len(WEIGHTS)}


def test_a_large_file_is_sent_in_the_parts_that_the_hub_wants(
    hub: TakingHub, parcel: Parcel, watch: Watch
) -> None:
    hub.part_bytes = 100_000
    send(parcel, watch)
    assert hub.repositories["me/tuned"].files["adapter_model.safetensors"] == WEIGHTS
    assert sum(request.startswith("PUT ") for request in hub.asked) == 3


def test_the_same_again_makes_no_commit_and_sends_nothing_large(
    hub: TakingHub, parcel: Parcel, watch: Watch
) -> None:
    first = send(parcel, watch)
    assert send(parcel, watch) == first
    assert hub.sent_bytes == len(WEIGHTS)
    assert len(hub.repositories["me/tuned"].commits) == 1


def test_a_newer_point_is_a_new_commit_and_what_the_old_one_loaded_is_gone(
    hub: TakingHub, parcel: Parcel, watch: Watch
) -> None:
    send(parcel, watch)
    made = hub.repositories["me/tuned"]
    made.files |= {"picture.png": b"mine", ".gitattributes": b"*.safetensors lfs"}
    (parcel.folder / "model.safetensors").write_bytes(WEIGHTS[::-1])
    (parcel.folder / "config.json").write_text("{}")
    whole = replace(parcel, names=("README.md", "config.json", "model.safetensors"), title="Whole model")
    pushed = send(whole, watch)
    assert made.commits == ["Adapter of step 10", "Whole model"]
    assert set(made.files) == {*whole.names, "picture.png", ".gitattributes"}
    assert set(pushed.removed) == {"adapter_config.json", "adapter_model.safetensors"}


def test_the_weights_of_a_graph_make_way_with_it(hub: TakingHub, parcel: Parcel, watch: Watch) -> None:
    send(parcel, watch)
    hub.repositories["me/tuned"].files |= {"model.onnx": b"graph", "model.onnx.data": b"weights"}
    (parcel.folder / "README.md").write_text("another card")
    assert set(send(parcel, watch).removed) == {"model.onnx", "model.onnx.data"}


def test_a_space_goes_to_its_own_place_and_an_older_ones_base_makes_way(
    hub: TakingHub, parcel: Parcel, watch: Watch
) -> None:
    for name in ("base/model.safetensors", "model/adapter_model.safetensors", "model/config.json", "app.py"):
        (parcel.folder / name).parent.mkdir(exist_ok=True)
        (parcel.folder / name).write_bytes(name.encode())
    names = ("README.md", "app.py", "base/model.safetensors", "model/adapter_model.safetensors")
    page = replace(parcel, names=names, is_space=True)
    assert send(page, watch).address == f"{hub.address}/spaces/me/tuned"
    assert set(hub.repositories) == {"spaces/me/tuned"}
    whole = replace(page, names=("README.md", "app.py", "model/config.json"))
    assert set(send(whole, watch).removed) == set(names[2:])
    assert set(hub.repositories["spaces/me/tuned"].files) == set(whole.names)


def test_a_private_model_never_goes_into_a_repository_that_everyone_sees(
    hub: TakingHub, parcel: Parcel, watch: Watch
) -> None:
    hub.repositories["me/tuned"] = Repository(private=False)
    with pytest.raises(Refused, match="everyone can see it"):
        send(parcel, watch)
    assert (hub.repositories["me/tuned"].files, hub.large) == ({}, {})


def test_one_that_stays_private_is_told_to_be_private(hub: TakingHub, parcel: Parcel, watch: Watch) -> None:
    hub.repositories["me/tuned"] = Repository(private=True)
    assert send(replace(parcel, private=False), watch).private


def test_a_model_that_came_from_elsewhere_is_not_replaced(
    hub: TakingHub, parcel: Parcel, watch: Watch
) -> None:
    theirs = {"README.md": b"# Mine", "model.safetensors": b"years of work"}
    hub.repositories["me/tuned"] = Repository(private=True, files=dict(theirs))
    with pytest.raises(Refused, match=r"did not come from this studio \(model.safetensors"):
        send(parcel, watch)
    assert hub.repositories["me/tuned"].files == theirs


@pytest.mark.parametrize(
    ("fault", "message", "hint"),
    [
        (Fault("preupload", 401), r"does not accept the token \(answer 401\)", "settings/tokens"),
        (
            Fault("preupload", 403, said="No."),
            r"may not write to me/tuned \(answer 403\)\. It",
            "of your own",
        ),
        (Fault("preupload", 404), r"has no me/tuned that this token may see \(answer 404\)", "spelling"),
        (Fault("commit", 413, said="Too large"), r"refused \(answer 413\)\. It said: .*Too large", "Mend"),
    ],
)
def test_a_refusal_is_told_in_words_at_once(
    hub: TakingHub, parcel: Parcel, watch: Watch, fault: Fault, message: str, hint: str
) -> None:
    hub.faults = [fault]
    with pytest.raises(StudioError, match=message) as told:
        send(parcel, watch)
    assert hint in told.value.hint
    assert watch.waited == []


def test_a_wrong_token_is_refused_and_never_quoted(hub: TakingHub, parcel: Parcel, watch: Watch) -> None:
    wrong = "hf_wrong0123456789"
    hub.faults = [Fault("create", 401, said=f"Invalid token {wrong}")]
    with pytest.raises(StudioError, match=r"does not accept the token.*Invalid token \*\*\*") as told:
        send(parcel, watch, wrong)
    assert wrong not in f"{told.value} {told.value.hint}"
    with pytest.raises(StudioError, match=r"does not accept the token \(answer 401\)"):
        send(parcel, watch, wrong)


def test_a_place_of_somebody_else_is_refused_with_the_hubs_own_words(
    hub: TakingHub, parcel: Parcel, watch: Watch
) -> None:
    with pytest.raises(StudioError, match=r"may not write to you/tuned.*rights to create a model"):
        send(replace(parcel, repository="you/tuned"), watch)


@pytest.mark.parametrize("where", ["create", "preupload", "batch", "PUT", "verify", "commit"])
@pytest.mark.parametrize("status", [429, 500])
def test_a_busy_hub_is_waited_for_wherever_it_is_busy(
    hub: TakingHub, parcel: Parcel, watch: Watch, where: str, status: int
) -> None:
    hub.faults = [Fault(where, status, {"Retry-After": "12"})]
    send(parcel, watch)
    assert hub.repositories["me/tuned"].files["adapter_model.safetensors"] == WEIGHTS
    assert watch.waited == [12.0]
    assert any(f"(answer {status}). Once more in 15 s" in message for _, _, message in watch.told)


def test_a_spent_allowance_is_waited_for_as_the_hub_tells_it(
    hub: TakingHub, parcel: Parcel, watch: Watch
) -> None:
    hub.faults = [Fault("commit", 429, {"RateLimit": '"api";r=0;t=55'})]
    send(parcel, watch)
    assert watch.waited == [55.0]


def test_a_hub_that_stays_busy_is_told_of_after_all_waits(
    hub: TakingHub, parcel: Parcel, watch: Watch
) -> None:
    hub.faults = [Fault("batch", 429, times=99)]
    with pytest.raises(StudioError, match=r"asks for patience \(answer 429\)") as told:
        send(parcel, watch)
    assert watch.waited == list(WAITS_SECONDS)
    assert "not sent twice" in told.value.hint


def test_nobody_waits_an_hour(hub: TakingHub, parcel: Parcel, watch: Watch) -> None:
    hub.faults = [Fault("create", 429, {"Retry-After": "3600"})]
    with pytest.raises(StudioError, match="asks for patience"):
        send(parcel, watch)
    assert watch.waited == []


@pytest.mark.parametrize("where", ["create", "GET", "preupload", "batch", "PUT", "verify", "commit"])
def test_a_cut_line_is_bridged_wherever_it_is_cut(
    hub: TakingHub, parcel: Parcel, watch: Watch, where: str
) -> None:
    hub.faults = [Fault(where)]
    send(parcel, watch)
    made = hub.repositories["me/tuned"]
    assert made.files == {name: (parcel.folder / name).read_bytes() for name in parcel.names}
    assert len(made.commits) == 1


def test_after_a_line_that_stayed_cut_whole_files_are_not_sent_twice(
    hub: TakingHub, parcel: Parcel, watch: Watch
) -> None:
    hub.faults = [Fault("commit", times=99)]
    with pytest.raises(StudioError, match="line to the hub was cut") as told:
        send(parcel, watch)
    assert "not sent twice" in told.value.hint
    assert watch.waited == list(WAITS_SECONDS)
    hub.faults = []
    send(parcel, watch)
    assert hub.sent_bytes == len(WEIGHTS)


def test_a_commit_whose_answer_was_lost_is_not_made_twice(
    hub: TakingHub, parcel: Parcel, watch: Watch
) -> None:
    hub.faults = [Fault("commit", said=ANSWER_LOST)]
    send(parcel, watch)
    assert hub.repositories["me/tuned"].commits == ["Adapter of step 10"]
    assert watch.waited == [WAITS_SECONDS[0]]


def test_a_stop_takes_effect_within_a_file_and_nothing_is_committed(
    hub: TakingHub, parcel: Parcel, watch: Watch
) -> None:
    hub.faults = [Fault("PUT", said=STAND_STILL, status=200)]
    watch.stop_at = "Sending adapter_model"
    with pytest.raises(Stopped):
        send(parcel, watch)
    hub.may_go_on.set()
    for thread in threading.enumerate():
        if thread.name == "studio-hub":
            thread.join(30)
    assert hub.repositories["me/tuned"].commits == []
    assert not any("commit" in request for request in hub.asked)


def test_a_line_on_which_nothing_moves_is_given_up(
    hub: TakingHub, parcel: Parcel, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_push, "SILENT_SECONDS", 0.2)
    hub.faults = [Fault("PUT", said=STAND_STILL, status=500)]
    (parcel.folder / "adapter_model.safetensors").write_bytes(WEIGHTS * 40)
    with pytest.raises(StudioError, match="Nothing moved on the line"):
        send(parcel, watch)


def test_without_a_network_it_is_said(hub: TakingHub, parcel: Parcel, watch: Watch, monkeypatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(StudioError, match="line to the hub was cut"):
        send(parcel, watch)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(StudioError, match="switched off here"):
        send(parcel, watch)


def test_what_a_proxy_answers_in_the_hubs_place_is_not_taken_for_its_answer(
    hub: TakingHub, parcel: Parcel, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.engine.taking_hub.json.dumps", lambda document: "<html>Please log in</html>")
    with pytest.raises(StudioError, match="answer cannot be read"):
        send(parcel, watch)


def test_requests_of_others_are_left_alone(hub: TakingHub, parcel: Parcel, watch: Watch) -> None:
    send(parcel, watch)
    hub.faults = [Fault("GET", 503)]
    assert get_session().get(f"{hub.address}/api/models/me/tuned").status_code == 503
    assert logging.getLogger("huggingface_hub").level != logging.ERROR


def test_the_token_goes_to_the_hub_alone(hub: TakingHub, parcel: Parcel, watch: Watch, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    send(parcel, watch)
    assert TOKEN not in caplog.text
    assert hashlib.sha256(WEIGHTS).hexdigest() in hub.large


def test_the_token_of_the_machine_is_that_of_the_environment_or_of_the_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(file))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    assert not is_signed_in()
    with pytest.raises(StudioError, match="not signed in"):
        machine_token()
    file.write_text("hf_of_the_login")
    assert (is_signed_in(), machine_token().reveal()) == (True, "hf_of_the_login")
    monkeypatch.setenv("HF_TOKEN", "hf_of_the_environment")
    assert (is_signed_in(), machine_token().reveal()) == (True, "hf_of_the_environment")
