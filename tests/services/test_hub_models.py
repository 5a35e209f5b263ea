"""A model of the hub that was downloaded is on this machine: forecast, example and exam need no network."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.core.errors import StudioError
from studio.engine.weight_files import Abandoned
from studio.services.studio import Studio
from tests.services.conftest import ended, job_ended, planned, wait_for

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def offline_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty hub cache, and a hub that must not be asked."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(
        "studio.engine.hub.HfApi", lambda **_: pytest.fail("the hub was asked though the files are here")
    )
    return tmp_path / "hub"


@pytest.fixture
def downloaded(offline_cache: Path, tiny_model_folder: Path) -> Path:
    """The tiny model as the hub's client keeps it."""
    model = offline_cache / "models--owner--model"
    snapshot = Path(shutil.copytree(tiny_model_folder, model / "snapshots" / COMMIT))
    (model / "refs").mkdir()
    (model / "refs" / "main").write_text(COMMIT)
    return snapshot


def test_its_forecast_is_that_of_its_weights(closed: Studio, table: Path, downloaded: Path) -> None:
    found = closed.forecast(planned(closed, table, Path("owner/model")))
    assert found.memory_bytes > 0
    assert found.disk_bytes > 0
    assert "not on this machine" not in found.basis


def test_its_reading_of_an_example_is_shown(closed: Studio, table: Path, downloaded: Path) -> None:
    dataset = closed.add_dataset(table, table.name).id
    _, spans = closed.learning_view(dataset, 0, model="owner/model")
    assert any(span.role == "learned" and "It is 1." in span.text for span in spans)


def test_one_that_was_not_downloaded_says_so(closed: Studio, table: Path, offline_cache: Path) -> None:
    config = planned(closed, table, Path("owner/model"))
    assert "not on this machine yet" in closed.forecast(config).basis
    with pytest.raises(StudioError, match="not on this machine yet"):
        closed.learning_view(config.dataset, 0, model="owner/model")


def test_run_and_exam_name_the_commit_and_ask_nobody(studio: Studio, table: Path, downloaded: Path) -> None:
    run = studio.start(planned(studio, table, Path("owner/model"), steps=2, evaluations=1))
    assert ended(studio, run) == "finished"
    assert studio.run(run).config.revision == COMMIT
    assert studio.run(run).source.revision == COMMIT
    assert job_ended(studio, run, studio.start_exam(run)) == "finished"


def test_a_run_can_be_stopped_while_its_model_is_fetched(
    studio: Studio, table: Path, downloaded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def endless(model: str, revision: str, *, progress: object, stopping: Callable[[], bool]) -> None:
        begun.set()
        wait_for(stopping)
        raise Abandoned

    monkeypatch.setattr("studio.services.training.resolve", endless)
    run = studio.start(planned(studio, table, Path("owner/model"), steps=2))
    wait_for(begun.is_set)
    studio.stop(run)
    assert ended(studio, run) == "stopped"
