"""An exam that was interrupted goes on after its last line and ends as an undisturbed one."""

from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import pytest

from studio.core.examples import Example
from studio.core.records import Completion, Labelled, SourcedRecord
from studio.core.work_time import WorkTime
from studio.data.templates import ChatTemplate
from studio.engine.objectives import chat, classification
from studio.evaluation import exam as exams
from studio.evaluation.exam import examine
from studio.evaluation.marking import Paper
from studio.evaluation.papers import ExamJob
from studio.evaluation.questions import Question
from studio.evaluation.worksheet import key_of

RECORDS = tuple(SourcedRecord(row, Completion(f"Twice {row}?", str(2 * row))) for row in range(2, 10))
LABELLED = tuple(SourcedRecord(row, Labelled(f"text {row}", "ab"[row % 2])) for row in range(2, 10))


class Listed:
    """Lines in memory."""

    def __init__(self) -> None:
        self.key, self.lines, self.found = "", [], []

    def begin(self, key):
        if key != self.key:
            self.key, self.lines = key, []
        self.found.append(len(self.lines))
        return list(self.lines)

    def append(self, line):
        self.lines.append(line)


@pytest.fixture
def job(tiny_model, tiny_tokenizer, monkeypatch):
    monkeypatch.setattr("studio.engine.generate.PROMPTS_AT_ONCE", 3)
    monkeypatch.setattr(chat, "METRICS", ("loss", "chrf", "exact_match"))

    @contextmanager
    def subject():
        yield tiny_model

    template = ChatTemplate(tiny_tokenizer)
    examples = tuple(chat.encode(each.record, template, max_length=256, row=each.row) for each in RECORDS)
    return ExamJob(
        base=subject, tuned=subject, objective=chat, template=template, held_out=RECORDS, examples=examples,
        step=4, answers=8, answer_tokens=6,
    )  # fmt: skip


def held(job, kept=None, *, allowed=10_000, said=None):
    asked = iter(range(20_000))
    return examine(
        job,
        progress=lambda *what: said.append(what) if said is not None else None,
        should_stop=lambda: next(asked) >= allowed,
        kept=kept,
    )


def without_seconds(exam):
    arms = {
        arm: {name: score for name, score in scores.items() if name != "seconds_per_answer"}
        for arm, scores in exam.arms.items()
    }
    return replace(exam, seconds=0.0, arms=arms)


def test_half_an_exam_of_another_processor_or_version_is_not_gone_on_with(job, monkeypatch):
    kept = Listed()
    assert held(job, kept, allowed=5) is None
    monkeypatch.setattr(exams, "computed_by", lambda: ("another",))
    assert held(job, kept, allowed=5) is None
    assert kept.found == [0, 0]


def test_an_exam_that_is_interrupted_again_and_again_is_equal_to_the_bit(job):
    whole = without_seconds(held(job))
    kept, found = Listed(), None
    for _ in range(60):
        found = held(job, kept, allowed=12)
        if found is not None:
            break
    assert found is not None
    assert len(kept.found) > 3
    assert kept.found == sorted(kept.found), "what was done once is never done again"
    assert without_seconds(found) == whole
    assert len({line["nats"][0][0] for line in kept.lines if "nats" in line and line["arm"] == "base"}) == 8


def test_labels_and_other_phrasings_are_kept_too_and_equal_to_the_bit(job, monkeypatch):
    monkeypatch.setattr(chat, "METRICS", ("loss", "label_written", "label_scored", "steadiness"))
    job = replace(job, labels=("4", "6"), steady=True)
    whole, kept, found = without_seconds(held(job)), Listed(), None
    for _ in range(90):
        found = held(job, kept, allowed=15)
        if found is not None:
            break
    assert found is not None
    assert len(kept.found) > 4
    assert without_seconds(found) == whole
    for kind in ("choices", "rephrased"):
        keys = [(line["arm"], *each[:-1]) for line in kept.lines for each in line.get(kind, [])]
        assert len(keys) == len(set(keys)) > 0, "nothing is done twice"


def test_it_goes_on_with_the_next_row_and_no_row_is_scored_twice(job):
    kept = Listed()
    assert held(job, kept, allowed=5) is None
    assert [line["nats"][0][0] for line in kept.lines if "nats" in line] == [2, 3, 4, 5, 6]
    held(job, kept)
    scored = [(line["arm"], line["nats"][0][0]) for line in kept.lines if "nats" in line]
    assert scored == [(arm, row) for arm in ("base", "tuned") for row in range(2, 10)]
    answered = [(line["arm"], each[0]) for line in kept.lines for each in line.get("answers", [])]
    assert len(answered) == len(set(answered)) == 16


def test_its_seconds_are_those_of_all_sittings(job):
    kept = Listed()
    held(job, kept, allowed=5)
    kept.lines[-1]["spent"] = 100.0
    assert held(job, kept).seconds > 100


def test_time_in_which_it_gave_way_to_other_work_is_not_its_own(job, monkeypatch):
    now = [0.0]
    for place in ("studio.engine.generate", "studio.evaluation.exam"):
        monkeypatch.setattr(f"{place}.WorkTime", partial(WorkTime, clock=lambda: now[0]))
    monkeypatch.setattr(chat, "METRICS", ("loss", "seconds_per_answer"))

    def gives_way():
        now[0] += 1000.0  # whatever passes, passes here
        return False

    found = examine(job, progress=lambda *_: None, should_stop=gives_way)
    assert now[0] > 0
    assert found.seconds == 0
    assert [found.arms[arm]["seconds_per_answer"].value for arm in ("base", "tuned")] == [0, 0]


def test_what_names_an_exam_is_different_for_every_row_question_and_way():
    rows = [(Example(row, (1, row), (-100, row)),) for row in (2, 3)]
    asked = tuple(Question(row, "", "", (), (1,)) for row in (2, 3))
    papers = [
        Paper(tuple(rows), asked, {}, 4),
        Paper(tuple(rows[:1]), asked, {}, 4),
        Paper(tuple(rows), asked[:1], {}, 4),
        Paper(tuple(rows), (), {}, 4),
        Paper(tuple(rows), asked, {}, 5),
        Paper(((rows[0][0], rows[1][0]),), asked, {}, 4),
    ]
    keys = [key_of(paper, "way") for paper in papers]
    assert keys == [key_of(paper, "way") for paper in papers]
    assert len({*keys, key_of(papers[0], "other way")}) == 7


@pytest.mark.parametrize("change", [{"step": 5}, {"answer_tokens": 5}, {"answers": 3}])
def test_lines_of_another_checkpoint_or_of_other_questions_are_not_taken(job, change):
    kept = Listed()
    held(job, kept)
    assert held(replace(job, **change), kept) is not None
    assert kept.found == [0, 0]


def test_answers_of_other_weights_are_written_anew(job, tiny_model):
    kept = Listed()
    held(job, kept, allowed=5)
    tiny_model.model.norm.weight.data.mul_(1.3)
    assert without_seconds(held(job, kept)) == without_seconds(held(job))


def test_rows_that_are_sorted_are_kept_too(job, tiny_model, monkeypatch):
    asked = []

    def likelihoods(model, example):
        asked.append(example.row)
        return exams.by_frequency({"a": 3, "b": 1})

    monkeypatch.setattr(exams, "by_head", likelihoods)
    examples = tuple(
        replace(
            classification.encode(each.record, job.template, max_length=64, row=each.row),
            label=each.record.label,
        )
        for each in LABELLED
    )
    sorting = replace(
        job,
        objective=classification,
        held_out=LABELLED,
        examples=examples,
        classes={"a": 3, "b": 1},
        writes=False,
    )
    kept = Listed()
    assert held(sorting, kept, allowed=12) is None
    assert held(sorting, kept).rows == 8
    assert asked == list(range(2, 10))


def test_the_untouched_model_also_writes_which_label_fits_and_what_it_wrote_is_kept(job, monkeypatch):
    monkeypatch.setattr(exams, "by_head", lambda model, example: exams.by_frequency({"a": 3, "b": 1}))
    examples = tuple(
        replace(
            classification.encode(each.record, job.template, max_length=64, row=each.row),
            label=each.record.label,
        )
        for each in LABELLED
    )
    sorting = replace(
        job, objective=classification, held_out=LABELLED, examples=examples, classes={"a": 3, "b": 1}
    )
    kept = Listed()
    whole = held(sorting, kept)
    assert "label_written" in whole.arms["base"]
    assert "label_written" not in whole.arms["tuned"], "a head cannot write"
    assert "label_written" not in whole.differences
    assert {line["arm"] for line in kept.lines if "written" in line} == {"base"}
    lines = len(kept.lines)
    assert without_seconds(held(sorting, kept)) == without_seconds(whole)
    assert not any("written" in line for line in kept.lines[lines:]), "nothing is written twice"
