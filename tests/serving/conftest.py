"""A home with tiny runs that were really trained, and a server that speaks for them."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from studio.services.studio import Studio
from studio.services.views import Duty
from studio.serving.cast import Cast, cast
from studio.serving.server import Address, opened
from studio.serving.turns import Turns
from studio.store.home import Home
from tests.services.conftest import ended, write_table


@dataclass(frozen=True)
class Runs:
    """Two runs on one base, and one that is a model of its own."""

    home: Path
    first: str
    second: str
    whole: str


@pytest.fixture(scope="package")
def runs(tmp_path_factory: pytest.TempPathFactory, tiny_model_folder: Path) -> Runs:
    home = tmp_path_factory.mktemp("served") / "home"
    studio = Studio(home)
    studio.open(Duty(quiet_seconds=0.0, exam_after_training=False))
    dataset = studio.add_dataset(write_table(home / "sums.csv"), "sums.csv").id
    names = [
        studio.start(studio.plan(dataset, "quick", model=str(tiny_model_folder), tuning=tuning, knobs=knobs))
        for tuning, knobs in (
            ("lora", {"steps": 12, "batch_size": 8, "learning_rate": 0.01}),
            ("lora", {"steps": 12, "batch_size": 8, "learning_rate": 0.01, "seed": 5, "rank": 4}),
            ("full", {"steps": 4, "batch_size": 8}),
        )
    ]
    assert [ended(studio, run) for run in names] == ["finished"] * 3
    studio.close()
    return Runs(home, *names)


@pytest.fixture(scope="package")
def whole(runs: Runs) -> Cast:
    return cast(
        Home(runs.home), (runs.first, runs.second, runs.whole), with_documents=False, tell=lambda line: None
    )


@pytest.fixture(scope="package")
def address(whole: Cast) -> Iterator[str]:
    """The server's address, up to /v1."""
    port = free_port()
    with opened(whole, Address(port=port)):
        yield f"http://127.0.0.1:{port}/v1"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.fixture
def prompts(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The tokens that models were really given, request by request."""
    given: list[list[int]] = []
    ask = Turns.ask

    def noted(turns: Turns, decoder: Any, seat: Any, reply: Any) -> None:
        given.append(list(seat.prompt))
        ask(turns, decoder, seat, reply)

    monkeypatch.setattr(Turns, "ask", noted)
    return given
