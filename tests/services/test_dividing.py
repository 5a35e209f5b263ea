"""A run keeps the rows it held out: divided once, the same in every later look."""

import pytest

from studio.core.errors import StudioError
from studio.services import dividing
from studio.services.dividing import FILE, divided
from studio.store.records import RecordFile
from tests.services.conftest import planned


@pytest.fixture
def run(closed, table, tiny_model_folder):
    return closed._home.runs.folder(closed.start(planned(closed, table, tiny_model_folder)))


def places(run):
    parts = divided(run, RecordFile(run.records_file), run.config())
    return list(parts.training.places), list(parts.held_out.places)


def test_a_run_is_divided_once_whatever_a_later_studio_would_do(run, monkeypatch):
    training, held_out = places(run)
    assert sorted(training + held_out) == list(range(60))
    monkeypatch.setattr(dividing, "divide", not_again)
    assert places(run) == (training, held_out)


def not_again(*arguments):
    raise AssertionError("the rows were divided again")


@pytest.mark.parametrize(
    "content",
    [
        "",
        '{"version": 1, "training": [1]}',
        '{"version": 1, "training": [-1], "held_out": [2]}',
        '{"version": 1, "training": [1, 2], "held_out": [2]}',
    ],
)
def test_a_damaged_division_is_named_and_nothing_is_divided_anew(run, content):
    (run.path / FILE).write_text(content)
    with pytest.raises(StudioError, match=r"division\.json is damaged"):
        places(run)


def test_a_run_that_has_learned_and_lost_its_division_is_not_divided_anew(run):
    before = places(run)
    (run.path / FILE).unlink()
    assert places(run) == before
    (run.path / FILE).unlink()
    (run.path / "checkpoints" / "step-000004").mkdir(parents=True)
    with pytest.raises(StudioError, match=r"held back is not known: division\.json is missing"):
        places(run)
