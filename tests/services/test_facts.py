"""What the report and the card say of a run is what its folder holds, whatever state the run is in."""

from dataclasses import replace

import pytest

from studio.core import exam as exams
from studio.core import probe as probes
from studio.core.errors import StudioError
from studio.core.events import Evaluated, RunFinished, RunStarted, StepLogged
from studio.core.exam import ExamRow, Score
from studio.services.facts import base_of, gather
from studio.store.files import write_json
from studio.store.runs import SourceNote
from tests.services.conftest import ROWS, planned

SCORES = {"loss": Score(0.5, 0.4, 0.6), "chrf": Score(50.0, 40.0, 60.0)}
EXAM = exams.Exam(
    rows=2, answered=2, answer_tokens=64, step=10, dtype="float32", device="cpu", seconds=3.0,
    arms={"base": SCORES, "tuned": SCORES}, differences={}, table=(), weights_hashes={},
)  # fmt: skip
PROBE = probes.Probe(10, "float32", "cpu", 9.0, {}, None, None, None, None)
STARTED = RunStarted("worker", 0, 10, 50, 6, 1_000, 90_000, "cpu", "float32", (), "hash")


@pytest.fixture
def folder(closed, table, tiny_model_folder):
    return closed._home.runs.folder(closed.start(planned(closed, table, tiny_model_folder)))


def test_a_run_that_waits_has_its_data_and_settings_and_nothing_else(closed, folder):
    told = gather(closed._home, folder)
    assert (told.run, told.status, told.config) == (folder.id, "queued", folder.config())
    assert (told.dataset.name, told.dataset.version) == ("sums", folder.config().dataset_version)
    assert (told.dataset.records_hash, told.dataset.hub_id) == (folder.meta().records_hash, "")
    assert told.findings.kept == ROWS
    assert told.foreseen is not None
    assert told.environment["studio"]
    assert (told.exam, told.proven, told.base, told.step, told.held_out_by) == (None, None, None, None, "")


def test_what_the_events_say_is_folded_in(closed, folder):
    folder.write_source(SourceNote("starter", "", "e" * 64, "apache-2.0"))
    for event in (
        STARTED,
        Evaluated(0, 2.0, 60, 6),
        StepLogged(1, 1.9, 60, 90, 1e-3, 1.0, 0.5, 1 << 20),
        Evaluated(10, 1.5, 60, 6),
        RunFinished(10, 10, 12.0, 1 << 21),
    ):
        folder.append(event)
    told = gather(closed._home, folder)
    assert told.status == "finished"
    assert [known.loss for known in told.story.held_out] == [2.0, 1.5]
    assert (told.story.seconds(None), told.story.peak_memory_bytes) == (12.0, 1 << 21)
    assert told.base == base_of(folder)
    assert (told.base.id, told.base.licence) == ("starter", "apache-2.0")


def test_what_the_licences_forbid_is_known_once_the_base_was_looked_at(closed, folder):
    assert closed.licence_warnings(folder.id) == ()
    folder.write_source(SourceNote("owner/model", "", "e" * 64, "cc-by-nc-4.0"))
    folder.write_meta(replace(folder.meta(), dataset_licence="mit"))
    (said,) = closed.licence_warnings(folder.id)
    assert "forbids commercial use" in said


@pytest.mark.parametrize(("split", "by"), [({"split": "part"}, "user"), ({}, "seed")])
def test_it_is_known_who_chose_the_held_back_rows(closed, tmp_path, tiny_model_folder, split, by):
    table = tmp_path / "marked.csv"
    rows = [f"What is {n} plus one?,It is {n + 1}.,{'train' if n % 6 else 'test'}" for n in range(60)]
    table.write_text("\n".join(("question,answer,part", *rows)))
    roles = {"input": "question", "output": "answer", **split}
    dataset = closed.add_dataset(table, table.name, roles)
    run = closed._home.runs.folder(closed.start(closed.plan(dataset.id, model=str(tiny_model_folder))))
    parts = {"training": [n for n in range(60) if n % 6], "held_out": list(range(0, 60, 6))}
    write_json(run.path / "division.json", {"version": 1, **parts})
    assert gather(closed._home, run).held_out_by == by


def test_a_run_outlives_its_data_set_and_says_why_findings_are_missing(closed, folder):
    closed.delete_dataset(folder.config().dataset)
    told = gather(closed._home, folder)
    assert told.findings is None
    assert "There is no data set" in told.findings_lost
    assert told.dataset.name == "sums"


def test_a_damaged_exam_is_named(closed, folder):
    write_json(folder.path / "exam.json", {"version": 1})
    with pytest.raises(StudioError, match="Hold the exam again"):
        gather(closed._home, folder)


def test_the_probe_and_the_votes_of_a_run_are_among_its_facts(closed, folder):
    rows = tuple(ExamRow(row, f"q {row}", "a", 2.0, 1.0, 3, f"base {row}", f"tuned {row}") for row in (2, 3))
    write_json(folder.path / "exam.json", exams.to_dict(replace(EXAM, table=rows)))
    write_json(folder.path / "probe.json", probes.to_dict(PROBE))
    told = gather(closed._home, folder)
    assert (told.probe, told.votes) == (PROBE, None)
    closed.vote(folder.id, closed.votes(folder.id).open.key, "left")
    told = gather(closed._home, folder)
    assert (told.votes.voted, told.votes.questions, told.votes.ended) == (1, 2, False)
    closed.end_voting(folder.id)
    assert gather(closed._home, folder).votes.counted.decided == 1


def test_what_is_damaged_beside_a_run_is_named_and_keeps_no_export_and_no_report_back(closed, folder):
    rows = tuple(ExamRow(row, f"q {row}", "a", 2.0, 1.0, 3, f"base {row}", f"tuned {row}") for row in (2, 3))
    write_json(folder.path / "exam.json", exams.to_dict(replace(EXAM, table=rows)))
    closed.vote(folder.id, closed.votes(folder.id).open.key, "left")
    closed.end_voting(folder.id)
    for name in ("probe.json", "judge.json"):
        write_json(folder.path / name, {"version": 1})
    told = gather(closed._home, folder)
    assert (told.probe, told.votes.voted, told.votes_lost) == (None, 1, ""), "votes need no judge"
    assert "probe.json in the run's folder is damaged. Do it again." in told.probe_lost
    kept = closed._home.datasets.path / told.config.dataset / "feedback.jsonl"
    kept.unlink()
    kept.mkdir()
    told = gather(closed._home, folder)
    assert told.votes is None
    assert "feedback.jsonl in the data set's folder cannot be read. Check the disk" in told.votes_lost
    assert all(
        said in closed.report(folder.id)
        for said in (told.probe_lost.replace("'", "&#x27;"), "feedback.jsonl")
    )
