"""Another person tries every verb with every id of the first: it is as unknown as one that never was.

The verbs are read off the studio, and what each takes off the verb: a new one that takes an id is tried at
once, and what it takes that is no id must be entered here.
"""

import inspect
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.attacks_home import MARK
from studio.core.drawn import Wanted
from studio.core.errors import StudioError
from studio.core.judge import Judge
from studio.core.keys import Key
from studio.core.talk import Manner
from studio.services.choices import Choice
from studio.services.pushing import Push
from studio.services.rating import RatingView
from studio.services.studio import Studio
from tests.attacks.conftest import HomeOfAda
from tests.attacks.lodgers import Ids, Lodged, lodge
from tests.attacks.test_presses import contents

NEVER: dict[str, Any] = {
    "run": "20260101-000000-aaaaaaaaaaaaaaaa",
    "second": "20260101-000000-bbbbbbbbbbbbbbbb",
    "voice": "20260101-000000-aaaaaaaaaaaaaaaa",
    **dict.fromkeys(("dataset", "document", "talk", "upload", "comparison", "job", "exchange"), "a" * 16),
    "pair": "0" * 16,
    "question": "0" * 16,
}
"""An id of each kind that never was."""
NAMED = {"part": "run", "runs": "run", "voices": "voice", "described": "config"}
"""What else a parameter that takes an id is called."""
MANY = ("runs", "voices")
OF_ITS_OWN: dict[tuple[str, str], Any] = {
    ("question", "ask"): "Why?",
    ("question", "say"): "Why?",
    ("question", "say_again"): "Why?",
    ("kind", "learn_from_feedback"): "preference",
    ("choice", "repeat"): Choice(),
}
"""What a parameter is in one verb alone, where it is something else in others."""
OTHERS: dict[str, Any] = {
    "up": True, "since": 0, "kind": "merged", "text": "x", "row": 2, "rows": [2], "place": 0, "most": 5,
    "index": 0, "role": "completion", "name": "x", "notes": "x", "texts": {"completion": "x"},
    "check": "duplicates", "fix": "drop", "mapping": {}, "arm": "prompt", "choice": "left", "who": "base",
    "said": RatingView(True), "prompts": ["x"], "key": Key("hf_x"), "judge": Judge("starter", ""),
    "wanted": Wanted(2, 1.0), "push": Push("merged", "bob/x"), "manner": Manner(),
}  # fmt: skip
"""What stands for the parameters that are no ids. A new one is entered here."""
LISTS = {"runs", "datasets", "talks", "server", "share", "models", "listed_models", "samples", "worker"}
"""Verbs without an id that tell what there is."""
MAKES = {"check", "check_model", "add_dataset", "plan_file", "add_sample", "start_upload", "start_hub_upload"}
"""Verbs without an id that look at, or make a thing of, what is brought along."""
NO_VISITORS = {"open", "close", "visited_by", "lead", "aside", "speak_through", "end_talks", "close_server"}
"""Verbs of the process that a studio lives in; a visitor is refused or has no way to them."""
ALIKE = {"change", "stop_change", "put_change_away", "open_server", "put_away"}
"""Where no change of a data set is under way there is nothing to say to its owner either; and a server is
whoever's who runs the studio."""
LAST = ("delete_talk", "delete_run", "delete_dataset")


def verbs() -> dict[str, Callable]:
    found = dict(inspect.getmembers(Studio, inspect.isfunction))
    return {name: verb for name, verb in found.items() if name[0] != "_"}


def ids_of(name: str) -> list[str]:
    """Return the parameters of a verb that take an id."""
    taken = [*inspect.signature(verbs()[name]).parameters][1:]
    known = (*NEVER, "config")
    return [each for each in taken if NAMED.get(each, each) in known and (each, name) not in OF_ITS_OWN]


def tries() -> Iterator[tuple[str, str]]:
    """Yield each id of each verb that can be tried beside others that are one's own."""
    for name in WITH_IDS:
        taken = ids_of(name)
        yield from ((name, each) for each in taken if len(taken) > 1 or each in MANY)


WITH_IDS = sorted(name for name in verbs() if ids_of(name) and name not in NO_VISITORS)


def arguments(name: str, given: Ids, where: Path, *, beside: Ids | None = None) -> dict[str, Any]:
    """Return what a verb is called with. `beside`: whose ids stand first where one takes several."""
    found: dict[str, Any] = {}
    for each, parameter in [*inspect.signature(verbs()[name]).parameters.items()][1:]:
        kind = NAMED.get(each, each)
        if (each, name) in OF_ITS_OWN:
            found[each] = OF_ITS_OWN[each, name]
        elif each in MANY:
            found[each] = [beside[kind], given[kind]] if beside else [given[kind], given["second"]]
        elif kind in (*NEVER, "config"):
            found[each] = given[kind]
        elif each in ("path", "target", "beside"):
            found[each] = where
        elif parameter.default is inspect.Parameter.empty:
            found[each] = OTHERS[each]
    return found


def outcome(verb: Callable[..., Any], given: dict[str, Any], ids: Ids) -> str:
    """Return what came of a call in words, without the ids."""
    try:
        said = repr(verb(**given))
    except StudioError as error:
        said = f"{type(error).__name__}: {error}"
    names = [each for each in (*ids.values(), *NEVER.values()) if isinstance(each, str)]
    for each in sorted(names, key=len, reverse=True):
        said = said.replace(each, "…")
    return said


def never(lodged: Lodged) -> Ids:
    return NEVER | {"config": replace(lodged.hers["config"], dataset=NEVER["dataset"])}


def test_every_verb_is_tried_or_has_no_id_to_try() -> None:
    without = {name for name in verbs() if name not in WITH_IDS}
    assert without == LISTS | MAKES | NO_VISITORS
    assert len(WITH_IDS) > 80


@pytest.mark.parametrize("name", WITH_IDS)
def test_to_a_stranger_an_id_is_as_unknown_as_one_that_never_was(
    lodged: Lodged, name: str, tmp_path: Path
) -> None:
    bob, before = lodged.studio.visited_by("bob"), contents(lodged.studio._home.path)
    hers, unknown = (
        outcome(getattr(bob, name), arguments(name, ids, tmp_path / "new"), lodged.hers)
        for ids in (lodged.hers, never(lodged))
    )
    assert hers == unknown
    assert contents(lodged.studio._home.path) == before
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(("name", "of"), tries())
def test_beside_what_is_ones_own_anothers_id_is_unknown_as_well(
    lodged: Lodged, name: str, of: str, tmp_path: Path
) -> None:
    """A run of one's own and a job of hers, say: each id is looked up for itself."""
    bob, kind = lodged.studio.visited_by("bob"), NAMED.get(of, of)
    his = NEVER | lodged.his
    hers, unknown = (
        outcome(
            getattr(bob, name),
            arguments(name, {**his, kind: ids[kind]}, tmp_path / "new", beside=his),
            {**lodged.hers, **{f"his {each}": name for each, name in lodged.his.items()}},
        )
        for ids in (lodged.hers, never(lodged))
    )
    assert hers == unknown


@pytest.fixture
def copied(adas: HomeOfAda, tmp_path: Path) -> Path:
    """Her home once more, to be changed."""
    return shutil.copytree(adas.path, tmp_path / "home")


def test_the_owner_is_answered_otherwise_by_every_verb(adas: HomeOfAda, copied: Path, tmp_path: Path) -> None:
    """Were a stranger taken for her, the words would be these: so each of the tries above can fail."""
    alike: set[str] = set()
    with lodge(copied, adas.filled, adas.model) as lodged:
        ada, bob = (lodged.studio.visited_by(name) for name in ("ada", "bob"))
        for name in (*(each for each in WITH_IDS if each not in LAST), *LAST):
            given = arguments(name, lodged.hers, tmp_path / name)
            theirs, own = (outcome(getattr(who, name), given, lodged.hers) for who in (bob, ada))
            alike |= {name} if theirs == own else set()
    assert alike == ALIKE


@pytest.mark.parametrize("name", sorted(LISTS))
def test_no_list_tells_a_stranger_of_anothers_things(lodged: Lodged, name: str) -> None:
    given = {"objective": "chat", "tuning": "lora"} if name == "listed_models" else {}
    told = repr(getattr(lodged.studio.visited_by("bob"), name)(**given))
    assert MARK not in told
    assert not [each for each in lodged.hers.values() if str(each) in told]
