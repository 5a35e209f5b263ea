"""A run that sorts into classes, from the file to what a stranger loads."""

import csv
import json
from pathlib import Path

import pytest
import torch

from tests.services.conftest import ended, job_ended, wait_for

WORDS = {"animals": ("dog", "cat", "cow", "hen"), "numbers": ("one", "two", "ten", "six")}
LABELS = ("animals", "numbers")


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    path = tmp_path / "labelled.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(["text", "label"])
        for number in range(120):
            label = LABELS[number % 2]
            words = WORDS[label]
            lines.writerow([f"{words[number // 2 % 4]} {number} {words[number // 8 % 4]}", label])
    return path


def trained(studio, labelled: Path, model: Path, **further) -> str:
    dataset = studio.add_dataset(labelled, labelled.name)
    knobs = {"steps": 40, "batch_size": 8, "evaluations": 2, "held_out_percent": 30.0, "learning_rate": 5e-3}
    config = studio.plan(dataset.id, model=str(model), objective="classification", knobs=knobs, **further)
    run = studio.start(config)
    assert ended(studio, run) == "finished", studio.run(run).failure
    return run


def test_it_learns_is_examined_asked_and_exported(studio, labelled, tiny_model_folder, tmp_path):
    run = trained(studio, labelled, tiny_model_folder)
    assert job_ended(studio, run, studio.start_exam(run)) == "finished"
    exam = studio.exam(run)
    assert list(exam.arms["tuned"]) == [
        "accuracy", "precision_macro", "recall_macro", "f1_macro", "loss", "seconds_per_answer",
    ]  # fmt: skip
    assert exam.arms["tuned"]["accuracy"].value > 0.9
    assert exam.arms["base"]["accuracy"].value < 0.8
    assert "in words" in exam.before
    assert exam.verdict.headline == "Better"
    assert "held-back rows got their own label" in exam.verdict.sentence
    assert {row.tuned for row in exam.table} <= set(LABELS)
    assert exam.answered == exam.rows
    assert {each.label: each.arms["tuned"]["f1"].value > 0.9 for each in exam.classes} == dict.fromkeys(
        LABELS, True
    )
    assert sum(each.rows for each in exam.classes) == exam.rows

    asked = studio.ask("dog 7 hen", run)
    wait_for(lambda: all(answer.done for answer in studio.comparison(asked).answers.values()))
    shown = studio.comparison(asked).answers[run].text.splitlines()
    assert shown[0].startswith("animals: ")
    assert len(shown) == 2
    assert sum(float(line.rpartition(": ")[2].rstrip("%")) for line in shown) == pytest.approx(100, abs=0.11)

    for kind in ("adapter", "merged"):
        assert job_ended(studio, run, studio.start_export(run, kind)) == "finished", studio.run(run).jobs
        made = studio.copy_export(run, kind, tmp_path / kind)
        assert made.parity.passed
    assert_a_stranger_sorts(tmp_path, tiny_model_folder)


def assert_a_stranger_sorts(folder: Path, base: Path) -> None:
    """With nothing but transformers and peft, as the card says."""
    from peft import PeftModel
    from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer, pipeline

    merged, adapter = folder / "merged", folder / "adapter"
    tokenizer = AutoTokenizer.from_pretrained(merged)
    whole = AutoModelForSequenceClassification.from_pretrained(merged)
    assert whole.config.id2label == dict(enumerate(LABELS))
    sort = pipeline("text-classification", model=whole, tokenizer=tokenizer)
    found = sort(["cow 3 dog", "two 44 ten"], batch_size=2)
    assert [each["label"] for each in found] == ["animals", "numbers"]
    beside = AutoModelForSequenceClassification.from_pretrained(
        base, config=AutoConfig.from_pretrained(adapter), dtype=torch.float32
    )
    tuned = PeftModel.from_pretrained(beside, adapter).eval()
    inputs = tokenizer("cow 3 dog", return_tensors="pt")
    with torch.no_grad():
        torch.testing.assert_close(tuned(**inputs).logits, whole(**inputs).logits, atol=1e-4, rtol=1e-4)
    assert json.loads((adapter / "adapter_config.json").read_text())["modules_to_save"] == ["score"]
    card = (adapter / "README.md").read_text()
    assert "AutoModelForSequenceClassification.from_pretrained(" in card
    assert "pipeline_tag: text-classification" in card
