"""The probe as a job: asked for, kept beside the run, stopped and gone on with, told where it is damaged."""

import json
from functools import partial

import pytest

from studio.core.errors import Refused, StudioError
from studio.core.records import Labelled
from studio.services import probes
from studio.services.probes import MOST_PROMPTS
from studio.services.studio import Studio
from studio.services.views import Duty
from tests.services.conftest import ended, job_ended, planned, wait_for, write_table

WORKS = Duty(quiet_seconds=0.0, exam_after_training=False)


def first(texts):
    return texts()[:10]


@pytest.fixture(scope="module", autouse=True)
def few_texts():
    """Ten texts and requests are enough to light a light, and take a moment."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("general_texts", "general_instructions"):
            patch.setattr(probes, name, partial(first, getattr(probes, name)))
        yield


@pytest.fixture(scope="module")
def trained(tmp_path_factory, tiny_model_folder):
    """A home with a finished run, and the run."""
    folder = tmp_path_factory.mktemp("probed")
    studio = Studio(folder / "home")
    studio.open(WORKS)
    try:
        run = studio.start(planned(studio, write_table(folder / "sums.csv"), tiny_model_folder))
        assert ended(studio, run) == "finished"
    finally:
        studio.close()
    return folder / "home", run


@pytest.fixture
def at_work(trained):
    home, run = trained
    studio = Studio(home)
    studio.open(WORKS)
    yield studio, run
    studio.close()


def test_a_run_is_probed_and_what_was_found_is_kept_beside_it(at_work):
    studio, run = at_work
    assert studio.probe(run) is None
    studio.set_must_work(run, ["Who are you?", "  ", "Who are you?", "Name a bird."])
    assert studio.must_work(run) == ("Who are you?", "Name a bird.")
    assert job_ended(studio, run, studio.start_probe(run)) == "finished"
    found = studio.probe(run)
    assert list(found.lights) == ["texts", "instructions", "fit"]  # sums are too short to be recited
    assert (found.probe.texts.items, found.probe.instructions.items) == (10, 10)
    assert (found.probe.step, found.earlier) == (studio.run(run).best_step, False)
    assert found.probe.fit.held_out["tuned"].value == pytest.approx(studio.run(run).eval_loss_best, rel=1e-3)
    assert found.probe.fit.training_rows + found.probe.fit.held_out_rows == 60
    assert [asked.prompt for asked in found.probe.asked] == ["Who are you?", "Name a bird."]
    assert set(found.probe.weights_hashes) == {"base", "tuned"}


def test_one_that_was_stopped_goes_on_where_it_was(at_work):
    studio, run = at_work
    folder = studio._home.runs.folder(run)
    job = studio.start_probe(run)
    wait_for(lambda: (folder.path / probes.UNFINISHED).exists())
    studio.stop_job(run, job)
    if job_ended(studio, run, job) == "stopped":
        lines = len((folder.path / probes.UNFINISHED).read_text().splitlines())
        assert job_ended(studio, run, studio.start_probe(run)) == "finished"
        assert lines > 0
    assert not (folder.path / probes.UNFINISHED).exists()
    assert studio.probe(run) is not None


def test_a_damaged_probe_is_told_and_can_be_done_again(trained):
    home, run = trained
    studio = Studio(home)
    path = studio._home.runs.folder(run).path / probes.FILE
    path.write_text(json.dumps({"version": 1, "step": 3}))
    with pytest.raises(StudioError, match=r"damaged.*Do it again"):
        studio.probe(run)
    path.unlink()


def test_prompts_without_end_are_refused(trained):
    home, run = trained
    studio = Studio(home)
    with pytest.raises(Refused, match=f"{MOST_PROMPTS} are kept at most"):
        studio.set_must_work(run, [f"Prompt {number}" for number in range(MOST_PROMPTS + 1)])
    with pytest.raises(Refused, match="2,001 characters"):
        studio.set_must_work(run, ["a" * 2001])


def test_nothing_is_probed_before_something_was_saved(closed, table, tiny_model_folder):
    run = closed.start(planned(closed, table, tiny_model_folder))
    with pytest.raises(Refused, match="Nothing of this run is saved yet"):
        closed.start_probe(run)


def test_a_run_that_sorts_is_only_asked_how_well_it_fits(studio, tmp_path, tiny_model_folder):
    table = tmp_path / "sorts.jsonl"
    rows = [{"text": f"{word} {number}", "label": word} for number in range(30) for word in ("up", "down")]
    table.write_text("\n".join(map(json.dumps, rows)))
    dataset = studio.add_dataset(table, table.name)
    assert all(isinstance(sourced.record, Labelled) for sourced in dataset.preview)
    knobs = {"steps": 6, "batch_size": 4, "evaluations": 2}
    plan = studio.plan(dataset.id, model=str(tiny_model_folder), objective="classification", knobs=knobs)
    run = studio.start(plan)
    assert ended(studio, run) == "finished"
    assert job_ended(studio, run, studio.start_probe(run)) == "finished"
    found = studio.probe(run)
    assert list(found.lights) == ["fit"]
    assert found.probe.asked == ()
