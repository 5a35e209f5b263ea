"""Two people in one studio: all that ada has, and what bob has of his own to ask for hers with."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.attacks_home import Filled
from studio.core.talk import Manner
from studio.services.studio import Studio
from tests.services.conftest import wait_for, write_table
from tests.services.test_talks import Parrot

Ids = Mapping[str, Any]


@dataclass(frozen=True)
class Lodged:
    """A studio in which nobody works, and the ids in it by the names that the verbs have for them."""

    studio: Studio
    filled: Filled
    hers: Ids
    his: Ids


@contextmanager
def lodge(home: Path, filled: Filled, model: Path) -> Iterator[Lodged]:
    """Move in: what lives only as long as a process is begun in this one. Bob's runs begin with `model`."""
    studio = Studio(home)
    parrot = Parrot()
    studio.speak_through(parrot)
    table = write_table(home.parent / "more.csv", 12)
    hers = _hers(studio.visited_by("ada"), filled, table)
    his = _his(studio.visited_by("bob"), parrot, table, model)
    yield Lodged(studio, filled, hers, his)
    studio.close()


def _hers(ada: Studio, filled: Filled, table: Path) -> Ids:
    upload = ada.start_upload(table, "more.csv")
    wait_for(lambda: ada.upload(upload).state == "done")
    config = ada.run(filled.run).config
    drawn, votes = ada.drawn(filled.run), ada.votes(filled.run)
    return {
        "run": filled.run,
        "dataset": filled.dataset,
        "document": filled.document,
        "talk": filled.talk,
        "exchange": ada.talk(filled.talk).exchanges[-1].id,
        "voice": filled.run,
        "upload": upload,
        "comparison": ada.ask("What is mine?", filled.run),
        "job": ada.start_export(filled.run, "predictions"),
        "pair": drawn.open.key,
        "question": votes.open.key,
        "second": ada.start(config, "hers as well"),
        "config": config,
    }


def _his(bob: Studio, parrot: Parrot, table: Path, model: Path) -> Ids:
    dataset = bob.add_dataset(table, "his.csv").id
    config = bob.plan(dataset, "quick", model=str(model))
    run = bob.start(config, "his")
    (bob._home.runs.folder(run).path / "checkpoints" / "step-000004").mkdir(parents=True)
    talk = bob.say("What is his?", [run], Manner())
    parrot.answers("This.")
    bob._talking.settled()
    return {
        "run": run,
        "dataset": dataset,
        "document": bob.add_document(run, table, "his.csv").id,
        "talk": talk,
        "exchange": bob.talk(talk).exchanges[-1].id,
        "voice": run,
        "comparison": bob.ask("What is his?", run),
        "config": config,
    }
