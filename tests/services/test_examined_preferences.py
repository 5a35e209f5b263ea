"""A run that learned from pairs of answers: its exam, its probe, what people are asked, its exports."""

import json
from pathlib import Path

import pytest

from studio.services import probes
from studio.services.studio import Studio
from studio.services.views import Duty
from tests.services.conftest import ended, job_ended, wait_for

BEFORE = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}]


def write_pairs(path: Path, rows: int = 60) -> Path:
    """Each prefers the sum to a shrug; every third asks after a greeting."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(rows):
            asked = {"role": "user", "content": f"What is {number} plus one?"}
            sides = (f"It is {number + 1}.", f"No {number}.")
            chosen, rejected = ([{"role": "assistant", "content": side}] for side in sides)
            pair = {"prompt": [*BEFORE * (number % 3 == 0), asked], "chosen": chosen, "rejected": rejected}
            file.write(json.dumps(pair) + "\n")
    return path


@pytest.fixture(scope="module")
def learned(tmp_path_factory, tiny_model_folder):
    """A studio at work, and a run that DPO finished."""
    folder = tmp_path_factory.mktemp("preferred")
    studio = Studio(folder / "home")
    studio.open(Duty(quiet_seconds=0.0, exam_after_training=False))
    dataset = studio.add_dataset(write_pairs(folder / "pairs.jsonl"), "pairs.jsonl")
    knobs = {
        "steps": 20, "batch_size": 8, "evaluations": 2, "held_out_percent": 50.0, "learning_rate": 5e-3,
    }  # fmt: skip
    run = studio.start(studio.plan(dataset.id, model=str(tiny_model_folder), objective="dpo", knobs=knobs))
    assert ended(studio, run) == "finished", studio.run(run).failure
    yield studio, run
    studio.close()


@pytest.fixture(scope="module")
def examined(learned):
    studio, run = learned
    assert job_ended(studio, run, studio.start_exam(run, ("few_shot",), steady=True)) == "finished"
    return studio.exam(run)


def test_the_exam_says_how_often_the_better_answer_is_found_likelier(examined):
    assert list(examined.arms["tuned"])[:4] == ["preferred", "gained", "preferred_per_token", "loss"]
    assert examined.arms["tuned"]["preferred"].value > examined.arms["base"]["preferred"].value
    assert examined.arms["tuned"]["gained"].low > 0.5
    assert examined.verdict.headline == "Better"
    assert "finds the better answer likelier" in examined.verdict.sentence
    assert examined.rows == 30
    assert examined.differences["preferred"].verdict == "better"


def test_its_answers_are_set_beside_the_better_ones_in_the_table(examined):
    row = next(row for row in examined.table if row.base is not None)
    assert row.expected.startswith("It is ")
    assert row.worse.startswith("No ")
    assert row.tuned_margin > row.base_margin
    assert {"rougeL", "chrf", "steadiness"} <= set(examined.differences)


def test_other_ways_are_set_beside_it_by_the_same_pairs(examined):
    assert list(examined.arms) == ["base", "few_shot", "tuned"]
    assert "preferred" in examined.bake_off.against_base["few_shot"]
    assert examined.bake_off.against_best["preferred"].arm in ("base", "few_shot")
    assert examined.advice is not None


def test_it_is_asked_and_the_question_is_one_of_a_chat(learned):
    studio, run = learned
    asked = studio.ask("What is two plus one?", run)
    wait_for(lambda: all(answer.done for answer in studio.comparison(asked).answers.values()))
    assert studio.comparison(asked).error == ""


def test_people_are_asked_with_the_turns_ahead_of_the_question(learned, examined):
    studio, run = learned
    votes = studio.votes(run)
    assert votes.questions + votes.identical >= examined.answered
    while (votes := studio.votes(run)).open is not None:
        studio.vote(run, votes.open.key, "left")
    kept = [json.loads(line) for line in studio.preferences(studio.run(run).config.dataset).splitlines()]
    assert any(not isinstance(pair["prompt"], str) and len(pair["prompt"]) == 3 for pair in kept)
    assert all("user: " not in pair["prompt"] for pair in kept if isinstance(pair["prompt"], str))


def test_the_probe_reads_the_better_answers_and_asks_what_must_still_work(learned, monkeypatch):
    for name in ("general_texts", "general_instructions"):
        few = getattr(probes, name)()[:4]
        monkeypatch.setattr(probes, name, lambda few=few: few)
    studio, run = learned
    studio.set_must_work(run, ["Who are you?"])
    assert job_ended(studio, run, studio.start_probe(run)) == "finished"
    probe = studio.probe(run).probe
    assert probe.fit.training["tuned"].value < probe.fit.training["base"].value
    assert len(probe.asked) == 1


@pytest.mark.parametrize("kind", ["predictions", "adapter", "report"])
def test_it_is_handed_over(learned, examined, tmp_path, kind):
    studio, run = learned
    assert job_ended(studio, run, studio.start_export(run, kind)) == "finished", studio.run(run).jobs
    studio.copy_export(run, kind, tmp_path / kind)
    if kind == "adapter":
        assert "finds the better one likelier" in (tmp_path / kind / "README.md").read_text()


def test_the_votes_stand_beside_the_exam_once_the_names_are_shown(learned, examined):
    studio, run = learned
    studio.end_voting(run)
    votes, wins = studio.votes(run), studio.exam(run).wins["votes"]
    assert (wins.tuned, wins.base, wins.ties) == (votes.counted.tuned, votes.counted.base, votes.counted.ties)
    assert wins.share == votes.won
    while studio.votes(run).voted:
        studio.undo_vote(run)
    assert "votes" not in studio.exam(run).wins
