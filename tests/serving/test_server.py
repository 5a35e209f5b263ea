"""The verb as a program: it says where it is, answers, and ends cleanly when it is asked to."""

import json
import os
import signal
import socket
import subprocess
import sys

import httpx
import pytest

from studio.core.errors import Refused
from studio.core.keys import SERVE_KEY
from studio.core.records import Message
from studio.services.studio import Studio
from studio.serving.app import Offer
from studio.serving.cast import cast
from studio.serving.server import Address, Door
from studio.serving.turns import Turns
from studio.store.home import Home
from tests.services.conftest import wait_for
from tests.serving.conftest import free_port


def reached(address: str) -> bool:
    try:
        return httpx.get(address).status_code == 200
    except httpx.ConnectError:
        return False


@pytest.mark.slow
def test_it_serves_until_it_is_asked_to_stop_and_does_not_tell_the_key_that_was_named(runs):
    port = free_port()
    words = ["serve", runs.first, "--port", str(port), "--home", str(runs.home), "--json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "studio", *words],
        env={**os.environ, SERVE_KEY: "sk-named-here"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(lambda: process.poll() is not None or reached(f"http://127.0.0.1:{port}/health"), seconds=300)
    process.send_signal(signal.SIGTERM)
    out, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert json.loads(out)["served"][0] == runs.first
    assert f"Served at http://127.0.0.1:{port}/v1" in said
    assert "sk-named-here" not in said + out


def test_a_run_that_does_not_write_is_refused_with_the_reason(runs, tiny_model_folder, tmp_path):
    studio = Studio(runs.home)
    labels = tmp_path / "labels.jsonl"
    rows = [{"text": f"Text {at}", "label": "even" if at % 2 == 0 else "odd"} for at in range(40)]
    labels.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    dataset = studio.add_dataset(labels, labels.name).id
    plan = studio.plan(dataset, "quick", model=str(tiny_model_folder), objective="classification")
    run = studio.start(plan)
    with pytest.raises(Refused, match="gives labels or scores and does not write"):
        cast(Home(runs.home), [run], with_documents=False, tell=lambda line: None)


def test_with_documents_the_answer_names_what_was_looked_up(runs):
    whole = cast(Home(runs.home), [runs.first], with_documents=True, tell=lambda line: None)
    speaker = whole.speakers[runs.first]

    plain = cast(Home(runs.home), [runs.first], with_documents=False, tell=lambda line: None)
    asked = [Message("user", "What is 7 plus one?")]
    ids, given = speaker.chat_prompt(asked)
    assert given.sources
    assert len(ids) > len(plain.speakers[runs.first].chat_prompt(asked)[0])


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (Address(port=70_000), "There is no port 70000"),
        (Address(port=0), "There is no port 0"),
        (Address(host="nowhere"), "nowhere is no address of this machine"),
    ],
)
def test_an_address_that_cannot_be_is_refused_in_words(address, said, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("socket.create_server", unknown)
    turns = Turns()
    with pytest.raises(Refused, match=said):
        Door(Offer({}, lambda name: None), turns, address)
    turns.close()
