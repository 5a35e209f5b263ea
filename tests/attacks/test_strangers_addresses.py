"""Another person asks every address, and presses everything on the page, with the ids of the first."""

import random
import string
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from benchmarks.attacks_home import MARK
from benchmarks.attacks_presses import press, press_all, served
from studio.ui.live import Watched
from studio.ui.routes import routes
from studio.ui.session import STEPS
from studio.ui.visitors import SharedStudio, visiting
from tests.attacks.lodgers import Ids, Lodged
from tests.attacks.test_presses import contents
from tests.attacks.test_strangers import NEVER


@pytest.fixture(scope="module")
def client(lodged: Lodged) -> TestClient:
    return TestClient(Starlette(routes=routes(SharedStudio(lodged.studio))))


def addresses(lodged: Lodged) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield each address that has an id in it, with what stands for its parts. A new part is entered here."""
    paths = [
        route.path
        for route in routes(SharedStudio(lodged.studio))
        if isinstance(route, Route) and "{" in route.path
    ]
    assert len(paths) >= 6
    for path in paths:
        parts = {part for _, part, _, _ in string.Formatter().parse(path) if part}
        assert parts <= {"run", "dataset", "what", "ident", "kind"}, path
        for what in ("run", "dataset") if "what" in parts else ("",):
            yield path, {"what": what, "kind": "merged"}


def filled_in(path: str, others: Mapping[str, str], ids: Ids) -> str:
    ident = ids.get(others["what"], "")
    return path.format(run=ids["run"], dataset=ids["dataset"], ident=ident, **others)


def asked(client: TestClient, who: str, path: str, ids: Ids) -> tuple[int, str]:
    with visiting(who):
        reply = client.get(path)
    text = reply.text
    for name in ("run", "dataset"):
        text = text.replace(ids[name], "…")
    return reply.status_code, text


def test_every_address_with_an_id_is_not_found_by_a_stranger(lodged: Lodged, client: TestClient) -> None:
    for path, others in addresses(lodged):
        hers, unknown = (
            asked(client, "bob", filled_in(path, others, ids), ids) for ids in (lodged.hers, NEVER)
        )
        assert hers == unknown
        assert hers[0] == 404
        own = asked(client, "ada", filled_in(path, others, lodged.hers), lodged.hers)
        assert own[0] == 200, f"{path} is not there for its owner either: nothing is proved"


def test_a_stranger_polls_nothing_of_the_others(lodged: Lodged, client: TestClient) -> None:
    known = {"question": "comparison"}
    for field in fields(Watched):
        hers, unknown = (
            {"run": NEVER["run"], "since": "0", field.name: ids[known.get(field.name, field.name)]}
            for ids in (lodged.hers, NEVER)
        )
        with visiting("bob"):
            assert (
                client.get("/studio/live", params=hers).json()
                == client.get("/studio/live", params=unknown).json()
            )
        # A question is asked of a run: alone it is nobody's.
        with_run = {"run": lodged.hers["run"]} if field.name == "question" else {}
        with visiting("ada"):
            own = client.get("/studio/live", params=hers | with_run).json()
            none = client.get("/studio/live", params=unknown | with_run).json()
        assert own != none, f"{field.name} tells its owner nothing: nothing is proved"


@pytest.mark.slow
def test_whatever_a_stranger_presses_with_anothers_ids_tells_nothing_and_touches_nothing(
    lodged: Lodged, tmp_path: Path
) -> None:
    ids = {name: lodged.hers[name] for name in ("run", "dataset", "question", "upload", "talk")}
    ids |= {"question": lodged.hers["comparison"], "compared": lodged.hers["run"], "like": lodged.hers["run"]}
    sessions = [{"step": step, **ids, "voices": lodged.hers["run"]} for step in STEPS]
    said = {
        "id": [lodged.hers[name] for name in ("run", "dataset", "talk", "document", "job")],
        "run": [lodged.hers["run"]],
        "document": [lodged.hers["document"]],
        "job": [lodged.hers["job"]],
        "dataset": [lodged.hers["dataset"]],
        "who": [f"{lodged.hers['exchange']}/{lodged.hers['run']}"],
        "question": [lodged.hers["question"], lodged.hers["pair"]],
    }
    home = lodged.studio._home.path
    kept = [
        home / kind / lodged.hers[name]
        for kind, name in (("runs", "run"), ("datasets", "dataset"), ("talks", "talk"))
    ]
    before = [contents(folder) for folder in kept]
    with served(lodged.studio, tmp_path / "uploads", visitor="bob") as site:
        answers = press_all(site, random.Random(2), sessions=sessions, said=said, secret=MARK)
        shown = [press(site, "arrive", session) for session in sessions]
    assert answers.statuses[200] > len(answers.handlers) / 2
    assert (answers.mistakes, answers.told) == (set(), [])
    assert not [text for text in shown if MARK in text]
    assert [contents(folder) for folder in kept] == before
    with served(lodged.studio, tmp_path / "uploads", visitor="ada") as site:
        assert all(MARK in press(site, "arrive", session) for session in sessions), "nothing is proved"
