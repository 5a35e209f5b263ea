"""Runs on judged answers, from the file to what is handed over: pairs, ratings, and a model that judges."""

import csv
from pathlib import Path

import pytest

from studio.core.errors import Refused
from tests.services.conftest import ended, job_ended

KNOBS = {"steps": 12, "batch_size": 8, "evaluations": 2, "held_out_percent": 30.0, "learning_rate": 5e-3}
ROWS = 40


def write_table(path: Path, head: str, *kinds: list[str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(head.split(","))
        for number in range(ROWS):
            asked = f"What is {number} and {number % 7}?"
            lines.writerow(
                [asked, *(part.format(number + number % 7) for part in kinds[number % len(kinds)])]
            )
    return path


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    return write_table(tmp_path / "pairs.csv", "prompt,chosen,rejected", ["It is {}.", "No idea about {}!"])


@pytest.fixture
def rated(tmp_path: Path) -> Path:
    kinds = ["It is {}.", "true"], ["No idea about {}!", "false"]
    return write_table(tmp_path / "rated.csv", "prompt,completion,label", *kinds)


def trained(studio, file: Path, model: Path, objective: str) -> str:
    dataset = studio.add_dataset(file, file.name)
    run = studio.start(studio.plan(dataset.id, model=str(model), objective=objective, knobs=KNOBS))
    assert ended(studio, run) == "finished", studio.run(run).failure
    return run


@pytest.mark.parametrize("objective", ["orpo", "simpo", "kto"])
def test_a_run_on_judged_answers_ends_and_is_handed_over(
    objective, studio, request, tiny_model_folder, tmp_path
):
    file = request.getfixturevalue("rated" if objective == "kto" else "pairs")
    run = trained(studio, file, tiny_model_folder, objective)
    assert job_ended(studio, run, studio.start_export(run, "merged")) == "finished", studio.run(run).jobs
    made = studio.copy_export(run, "merged", tmp_path / "merged")
    assert made.parity.passed
    assert made.parity.prompts > 0


def test_a_reward_model_learns_to_judge_and_is_handed_over(studio, pairs, tiny_model_folder, tmp_path):
    run = trained(studio, pairs, tiny_model_folder, "reward")
    assert job_ended(studio, run, studio.start_export(run, "merged")) == "finished", studio.run(run).jobs
    made = studio.copy_export(run, "merged", tmp_path / "merged")
    assert made.parity.passed
    assert made.parity.prompts > 0
    for kind in ("report", "cluster"):
        assert job_ended(studio, run, studio.start_export(run, kind)) == "finished", studio.run(run).jobs
    with pytest.raises(Refused, match="cannot repeat “Judge answers"):
        studio.start_export(run, "code")
