"""An exam survives its JSON form, and a later version is not misread."""

import json
from dataclasses import replace

import pytest

from studio.core.bake_off import ArmAnswer, BakeOff, BestOther, Cost
from studio.core.exam import ClassScores, Difference, Exam, ExamRow, Score, from_dict, to_dict

EXAM = Exam(
    rows=2, answered=1, answer_tokens=64, step=3, dtype="float32", device="cpu", seconds=1.5,
    arms={"base": {"loss": Score(2.0, 1.0, 3.0)}, "tuned": {"loss": Score(1.0, 0.5, 1.5)}},
    differences={"loss": Difference(-1.0, -1.5, -0.5, "too_few")},
    table=(ExamRow(7, "q", "a", 2.0, 1.0, 5, "b", "t"), ExamRow(9, "q", "a", 2.0, 1.0, 5)),
    weights_hashes={"base": "b" * 64, "tuned": "t" * 64},
    signatures={"bleu": "nrefs:1"},
    classes=(
        ClassScores("a", 2, {"base": {"f1": Score(0.5, 0.0, 1.0)}, "tuned": {"f1": Score(1.0, 0.5, 1.0)}},
                    Difference(0.5, 0.0, 1.0, "too_few")),
    ),
)  # fmt: skip


def test_an_exam_survives_json():
    assert from_dict(json.loads(json.dumps(to_dict(EXAM)))) == EXAM


BAKE_OFF = BakeOff(
    costs={"base": Cost(0.0, 1.5, 2**30, 12.0), "prompt": Cost(0.1, 1.6, 2**30, 40.5)},
    against_base={"prompt": {"loss": Difference(-0.5, -1.0, 0.1, "same")}},
    against_best={"loss": BestOther("prompt", Difference(-0.5, -1.0, 0.1, "same"))},
    answers={"prompt": (ArmAnswer(7, "yes", 1.5, ("manual.pdf, page 3",)), ArmAnswer(9, "no"))},
    prompt="Be brief.",
    documents=("manual.pdf",),
    memory_measured="by the kernel",
)


def test_a_bake_off_survives_json_with_its_exam():
    exam = replace(EXAM, bake_off=BAKE_OFF)
    assert from_dict(json.loads(json.dumps(to_dict(exam)))) == exam


def test_an_exam_of_before_there_were_signatures_and_classes_is_read():
    document = to_dict(EXAM)
    del document["signatures"], document["classes"], document["bake_off"]
    assert from_dict(document) == replace(EXAM, signatures={}, classes=())


def test_an_exam_of_another_version_is_not_misread():
    with pytest.raises(ValueError, match="version 2"):
        from_dict({**to_dict(EXAM), "version": 2})
