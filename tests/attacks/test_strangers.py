"""Another person tries every verb and every address with the ids of the first: they are as unknown as ids
that never were. The verbs and addresses are read off the studio, so that a new one cannot be forgotten."""

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from studio.core.drawn import Wanted
from studio.core.errors import StudioError
from studio.core.judge import Judge
from studio.core.keys import Key
from studio.core.talk import Manner
from studio.services.pushing import Push
from studio.services.studio import Studio
from studio.ui.routes import routes
from studio.ui.visitors import SharedStudio, visiting
from tests.attacks.conftest import Lodged

UNKNOWN = {"run": "20260101-000000-aaaaaaaaaaaaaaaa", "dataset": "aaaaaaaaaaaaaaaa", "other": "a" * 16}
NO_ID = {
    "open", "close", "visited_by", "lead", "check", "check_model", "add_dataset", "plan_file", "add_sample",
    "start_upload", "start_hub_upload", "samples", "models", "listed_models", "worker", "repeat",
    "aside", "speak_through",
}  # fmt: skip
"""Verbs that take no id of anything that belongs to somebody, or are not a visitor's."""
OTHERS: dict[str, Any] = {
    "up": True, "since": 0, "part": None, "kind": "adapter", "text": "x", "row": 2, "rows": [2], "place": 0,
    "most": 5, "index": 0, "role": "completion", "name": "x", "notes": "x", "texts": {"completion": "x"},
    "check": "duplicates", "fix": "drop", "options": None, "mapping": {}, "question": "Why?", "arm": "prompt",
    "choice": "left", "pair": "x", "who": "base", "said": None, "prompts": ["x"], "key": Key(),
    "judge": Judge("starter", ""), "wanted": Wanted(2, 1.0), "settings": None, "job": "a" * 16,
    "push": Push("adapter", "bob/x"), "manner": Manner(), "exchange": "x", "voice": "base",
}  # fmt: skip
"""What stands for the parameters that are no ids. A new one is entered here."""


def ids(lodged: Lodged) -> dict[str, str]:
    """Ada's, by the names that the verbs have for them."""
    filled = lodged.filled
    return {"run": filled.run, "dataset": filled.dataset, "document": filled.document}


def arguments(verb: Callable, given: dict[str, str], where: Path) -> dict[str, Any]:
    """Return what a verb is called with; ids that are not given are made up."""
    found: dict[str, Any] = {}
    for name, parameter in list(inspect.signature(verb).parameters.items())[1:]:
        if name in ("run", "dataset", "document", "comparison", "upload", "talk"):
            found[name] = given.get(name, UNKNOWN.get(name, UNKNOWN["other"]))
        elif name in ("runs", "voices"):
            found[name] = [given.get("run", UNKNOWN["run"])] * 2
        elif name == "part":
            found[name] = given.get("run", UNKNOWN["run"])
        elif name == "config":
            found[name] = given["config"]
        elif name in ("path", "target"):
            found[name] = where
        elif parameter.default is inspect.Parameter.empty:
            found[name] = OTHERS[name]
    return found


def verbs() -> dict[str, Callable]:
    found = dict(inspect.getmembers(Studio, inspect.isfunction))
    return {name: verb for name, verb in found.items() if name[0] != "_" and name not in NO_ID}


def outcome(call: Callable[[], Any], given: dict[str, str]) -> str:
    """Return what came of a call in words, without the ids."""
    try:
        said = repr(call())
    except StudioError as error:
        said = f"{type(error).__name__}: {error}"
    for name in sorted(map(str, (*given.values(), *UNKNOWN.values())), key=len, reverse=True):
        said = said.replace(name, "…")
    return said


@pytest.mark.parametrize("name", verbs())
def test_to_a_stranger_an_id_is_as_unknown_as_one_that_never_was(
    lodged: Lodged, name: str, tmp_path: Path
) -> None:
    bob, verb = lodged.studio.visited_by("bob"), verbs()[name]
    hers: dict[str, Any] = ids(lodged)
    config = lodged.studio.run(hers["run"]).config
    said = [
        outcome(lambda given=given: getattr(bob, name)(**arguments(verb, given, tmp_path / "new")), given)
        for given in (hers | {"config": config}, UNKNOWN | {"config": _renamed(config)})
    ]
    assert said[0] == said[1]
    assert not (tmp_path / "new").exists()


def _renamed(config: Any) -> Any:
    from dataclasses import replace

    return replace(config, dataset=UNKNOWN["dataset"])


def test_the_owner_is_answered_where_the_stranger_is_not(lodged: Lodged, tmp_path: Path) -> None:
    ada, given = lodged.studio.visited_by("ada"), ids(lodged)
    reading = [
        name
        for name in verbs()
        if name.split("_")[0]
        in ("run", "dataset", "documents", "report", "points", "exam", "code", "history")
    ]
    assert len(reading) >= 8
    for name in reading:
        assert "Refused" not in outcome(
            lambda name=name: getattr(ada, name)(**arguments(verbs()[name], given, tmp_path / "new")), {}
        )


def test_every_address_with_an_id_is_not_found_by_a_stranger(lodged: Lodged) -> None:
    shared = SharedStudio(lodged.studio)
    client = TestClient(Starlette(routes=routes(shared)))
    given = ids(lodged)
    paths = [route.path for route in routes(shared) if isinstance(route, Route) and "{" in route.path]
    assert len(paths) >= 6
    for path in paths:
        for kind in ("run", "dataset"):
            ident = given["run"] if "run" in path or kind == "run" else given["dataset"]
            asked = path.format(
                run=given["run"], dataset=given["dataset"], what=kind, ident=ident, kind="adapter"
            )
            with visiting("bob"):
                reply = client.get(asked)
            assert reply.status_code == 404, asked
            assert not re.search("attacked|learned", reply.text)


def test_a_stranger_polls_nothing_of_the_others(lodged: Lodged) -> None:
    client = TestClient(Starlette(routes=routes(SharedStudio(lodged.studio))))
    asked = {"run": lodged.filled.run, "dataset": lodged.filled.dataset, "since": "0"}
    with visiting("bob"):
        strange = client.get("/studio/live", params=asked).json()
        unknown = client.get("/studio/live", params={"run": UNKNOWN["run"], "since": "0"}).json()
    with visiting("ada"):
        own = client.get("/studio/live", params=asked).json()
    assert strange == unknown
    assert "points" in own
    assert "points" not in strange
