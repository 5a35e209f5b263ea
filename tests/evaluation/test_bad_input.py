"""Whatever rows and answers are like, the exam's figures are numbers, or it says why there are none."""

import math
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
import torch

from studio.core.errors import StudioError
from studio.core.exam import to_dict
from studio.core.examples import Example
from studio.core.records import Completion, Conversation, Message, SourcedRecord, Text
from studio.data.templates import ChatTemplate
from studio.engine.objectives import chat, text
from studio.evaluation import intervals
from studio.evaluation.by_class import by_class
from studio.evaluation.exam import examine
from studio.evaluation.intervals import bootstrap, difference, row_draws, score
from studio.evaluation.marking import Paper, Sitting, differences_of, draws_of, scores_of
from studio.evaluation.metrics import METRICS, metric_named
from studio.evaluation.papers import ExamJob
from studio.evaluation.questions import Question

OF_ANSWERS = [name for name, metric in METRICS.items() if metric.needs in ("answers", "seconds")]
OF_LOSSES = [name for name, metric in METRICS.items() if metric.needs in ("losses", "bytes")]


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch):
    """What is divided by what does not depend on how often it is drawn."""
    monkeypatch.setattr(
        intervals, "row_draws", lambda rows, *, seed, resamples: row_draws(rows, seed=seed, resamples=300)
    )


def sat(answers, nats=2.0):
    rows = range(1, len(answers) + 1)
    numbered = dict(zip(rows, answers, strict=True))
    return Sitting("", "", "", (nats,) * len(answers), numbered, dict.fromkeys(rows, 0.1))


def marked(expected, base, tuned, *, metrics=OF_ANSWERS, nats=2.0):
    rows = tuple((Example(row, (1, row), (-100, row)),) for row in range(1, len(expected) + 1))
    asked = tuple(Question(row, "?", answer, (), (1,)) for row, answer in enumerate(expected, start=1))
    paper = Paper(rows, asked, {}, 8, tuple(len(answer) or 1 for answer in expected))
    draws = draws_of(paper, {"base": sat(base, nats), "tuned": sat(tuned, nats)}, metrics, seed=0)
    scores = {arm: scores_of(draws, metrics, arm) for arm in ("base", "tuned")}
    return scores, differences_of(draws, metrics, "tuned", "base")


def all_numbers(arms, differences):
    scores = [one for arm in arms.values() for one in arm.values()]
    return all(
        math.isfinite(number)
        for each in [*scores, *differences.values()]
        for number in (each.value, each.low, each.high)
    )


@pytest.mark.parametrize(
    ("expected", "base", "tuned"),
    [
        (["one two three four"] * 40, [""] * 40, [""] * 40),
        (["one two three four"] * 40, ["one two three four"] * 40, [" \n "] * 40),
        ([""] * 40, [""] * 40, ["words"] * 40),
        (["yes"] * 40, ["yes"] * 40, ["yes"] * 40),
        (["?!"] * 40, ["..."] * 40, ["?!"] * 40),
        (["la " * 200] * 40, ["la " * 200] * 40, ["x" * 2000] * 40),
        (["one two three four"], ["one"], ["one two"]),
    ],
    ids=["nothing answered", "blanks", "no references", "one label", "marks only", "endless", "one row"],
)
def test_every_metric_of_answers_is_a_number_whatever_the_answers_are(expected, base, tuned):
    with np.errstate(all="raise"):
        assert all_numbers(*marked(expected, base, tuned))


def test_who_answers_nothing_scores_nothing_and_who_answers_alike_is_the_same():
    arms, differences = marked(["one two three four"] * 40, ["one two three four"] * 40, [""] * 40)
    for name in ("exact_match", "rougeL", "chrf", "bleu", "answer_words"):
        assert arms["tuned"][name].value == 0 < arms["base"][name].value
    assert differences["rougeL"].verdict == "worse"
    _, alike = marked(["yes"] * 40, ["yes"] * 40, ["yes"] * 40)
    assert {found.verdict for found in alike.values()} == {"same"}


def test_one_row_has_scores_without_width_and_no_verdict():
    arms, differences = marked(["one two three four"], ["one"], ["one two"])
    found = arms["tuned"]["rougeL"]
    assert found.low == found.value == found.high
    assert {each.verdict for each in differences.values()} == {"too_few"}


@pytest.mark.parametrize("nats", [0.0, 1e-300, 5000.0])
def test_metrics_of_losses_are_numbers_however_sure_or_unsure_a_model_is(nats):
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert all_numbers(*marked(["a"] * 40, ["a"] * 40, ["a"] * 40, metrics=OF_LOSSES, nats=nats))


def test_a_single_class_has_scores_and_none_has_none():
    (only,) = by_class(["a"] * 40, ["a"] * 40, ["never true"] * 40, seed=0)
    assert (only.arms["base"]["f1"].value, only.arms["tuned"]["f1"].value) == (1, 0)
    assert only.difference.verdict == "worse"
    assert by_class([], [], [], seed=0) == ()


@pytest.mark.parametrize("name", OF_ANSWERS)
def test_no_metric_calls_a_model_better_than_itself(name):
    rows = [1.0] * 30 if METRICS[name].needs == "seconds" else ["one two three four"] * 30
    ready = metric_named(name)
    parts = ready.parts(rows, [1] * 30 if METRICS[name].needs == "seconds" else rows)
    draws = bootstrap({"base": parts, "tuned": parts}, ready.finish, seed=0)
    assert difference(draws["base"], draws["tuned"], better="higher").verdict == "same"
    assert score(draws["base"]).low <= draws["base"].value <= score(draws["base"]).high


def job_on(model, tokenizer, records, objective=chat, **more):
    @contextmanager
    def subject():
        yield model

    template = ChatTemplate(tokenizer)
    examples = tuple(objective.encode(each.record, template, max_length=48, row=each.row) for each in records)
    return ExamJob(
        base=subject, tuned=subject, objective=objective, template=template, held_out=records,
        examples=examples, step=1, answers=4, answer_tokens=6, **more,
    )  # fmt: skip


def held(job):
    return examine(job, progress=lambda *_: None, should_stop=lambda: False)


def test_no_rows_are_refused_in_words(tiny_model, tiny_tokenizer):
    with pytest.raises(StudioError, match="nothing to examine"):
        held(job_on(tiny_model, tiny_tokenizer, ()))


def test_one_row_makes_an_exam_that_can_be_kept(tiny_model, tiny_tokenizer):
    found = held(job_on(tiny_model, tiny_tokenizer, (SourcedRecord(2, Completion("Hi?", "Yes")),)))
    assert (found.rows, found.answered) == (1, 1)
    assert {each.verdict for each in found.differences.values()} == {"too_few"}
    assert to_dict(found)["rows"] == 1


def test_an_answer_that_never_ends_is_cut_where_answers_end(tiny_model, tiny_tokenizer, monkeypatch):
    monkeypatch.setattr("studio.engine.generate._until_end", lambda tokens, ends: tokens)
    found = held(job_on(tiny_model, tiny_tokenizer, (SourcedRecord(2, Completion("Hi?", "Yes " * 9)),)))
    assert found.answer_tokens == 6
    assert all_numbers(found.arms, found.differences)
    assert "exact_match" not in found.differences, "what was cut off cannot match"


def test_a_question_that_leaves_no_room_for_an_answer_is_scored_but_not_asked(tiny_model, tiny_tokenizer):
    limit = tiny_model.config.max_position_embeddings
    turns = (
        Message("user", "Hi?"), Message("assistant", "Yes"),
        Message("user", "why " * limit), Message("assistant", "No"),
    )  # fmt: skip
    records = (SourcedRecord(2, Conversation(turns)), SourcedRecord(3, Completion("Hi?", "Yes")))
    found = held(job_on(tiny_model, tiny_tokenizer, records, reach=limit))
    assert (found.rows, found.answered) == (2, 1)
    assert [row.base is None for row in found.table] == [True, False]


def test_documents_without_words_to_go_on_with_are_examined_by_their_loss(tiny_model, tiny_tokenizer):
    records = tuple(SourcedRecord(row, Text("word")) for row in (2, 3))
    found = held(job_on(tiny_model, tiny_tokenizer, records, objective=text))
    assert all_numbers(found.arms, found.differences)


def test_a_model_that_gives_no_numbers_is_named_with_the_row(tiny_model_folder, tiny_tokenizer):
    from transformers import AutoModelForCausalLM

    broken = AutoModelForCausalLM.from_pretrained(tiny_model_folder, dtype=torch.float32)
    with torch.no_grad():
        broken.model.norm.weight.fill_(math.nan)
    job = job_on(broken, tiny_tokenizer, (SourcedRecord(7, Completion("Hi?", "Yes")),))
    with pytest.raises(StudioError, match="Row 7: the model gives no number"):
        held(job)


def test_a_row_that_only_ends_has_no_bits_per_byte_and_all_else(tiny_model, tiny_tokenizer):
    job = job_on(tiny_model, tiny_tokenizer, (SourcedRecord(2, Completion("Hi?", "Yes")),))
    (example,) = job.examples
    last = max(at for at, label in enumerate(example.labels) if label != -100)
    ending = replace(
        example, labels=tuple(label if at == last else -100 for at, label in enumerate(example.labels))
    )
    found = held(replace(job, examples=(ending,)))
    assert "loss" in found.arms["base"]
    assert all_numbers(found.arms, found.differences)
