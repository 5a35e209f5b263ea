"""Runs that learned from judged answers are examined on what was judged: which answer is likelier."""

import dataclasses

import pytest
import torch
from sklearn.metrics import roc_auc_score

from studio.core.records import Completion, Message, Preference, Rated, SourcedRecord
from studio.data.packing import apart
from studio.data.templates import ChatTemplate
from studio.data.tokens import encode_prompt
from studio.engine.objectives import chat, dpo, kto
from studio.evaluation.exam import examine
from studio.evaluation.papers import ExamJob, paper_of, worth_asking
from studio.evaluation.questions import questions
from studio.evaluation.verdict import verdict_of
from studio.evaluation.worksheet import key_of
from tests.evaluation.stand_ins import never, quiet, subject

BEFORE = (Message("user", "Hello"), Message("assistant", "Hi"))
PAIRS = tuple(
    SourcedRecord(
        row, Preference(f"What is {row}?", f"It is {row}.", "I do not know that.", BEFORE * (row % 2))
    )
    for row in range(2, 34)
)


class Kept:
    """The lines of a worksheet in a list."""

    def __init__(self):
        self.key, self.lines = "", []

    def begin(self, key):
        self.lines = self.lines if key == self.key else []
        self.key = key
        return list(self.lines)

    def append(self, line):
        self.lines.append(line)


@pytest.fixture
def other(tiny_model_folder):
    """The tiny model, a little changed: it takes the place of the tuned one."""
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(tiny_model_folder, dtype=torch.float32)
    with torch.no_grad():
        model.model.norm.weight.mul_(1.3)
    return model


@pytest.fixture
def job(tiny_model, other, tiny_tokenizer):
    template = ChatTemplate(tiny_tokenizer)
    examples = tuple(dpo.encode(r.record, template, max_length=256, row=r.row) for r in PAIRS)
    return ExamJob(
        base=subject(tiny_model), tuned=subject(other), objective=dpo, template=template,
        held_out=PAIRS, examples=examples, step=4, answers=2, answer_tokens=4,
    )  # fmt: skip


def log_probability(model, text):
    """Return transformers' own: the mean loss times the tokens it is the mean of."""
    with torch.no_grad():
        mean = model(input_ids=torch.tensor([text.input_ids]), labels=torch.tensor([text.labels])).loss
    return -float(mean) * text.trained_tokens


def test_the_better_answer_is_preferred_as_often_as_transformers_finds_it_likelier(job, tiny_model, other):
    found = examine(job, progress=quiet, should_stop=never)
    margins = {}
    for arm, model in (("base", tiny_model), ("tuned", other)):
        liked = [[log_probability(model, text) for text in apart(example)] for example in job.examples]
        margins[arm] = [better - worse for better, worse in liked]
        share = sum(margin > 0 for margin in margins[arm]) / len(PAIRS)
        assert found.arms[arm]["preferred"].value == pytest.approx(share)
    assert [row.base_margin for row in found.table] == pytest.approx(margins["base"], abs=1e-3)
    assert [row.tuned_margin for row in found.table] == pytest.approx(margins["tuned"], abs=1e-3)
    raised = sum(now > before for before, now in zip(margins["base"], margins["tuned"], strict=True))
    assert found.arms["tuned"]["gained"].value == pytest.approx(raised / len(PAIRS))
    assert "gained" not in found.arms["base"], "nothing trained that one"


def test_the_verdict_is_on_what_is_preferred_and_the_order_of_the_measures_begins_with_it(job):
    found = examine(job, progress=quiet, should_stop=never)
    assert list(found.arms["base"])[:3] == ["preferred", "preferred_per_token", "loss"]
    assert found.differences["preferred"].verdict in ("better", "same", "worse")
    assert found.rows == len(PAIRS)


def test_the_loss_is_that_of_the_better_answers_alone(job, tiny_model):
    found = examine(job, progress=quiet, should_stop=never)
    better = [apart(example)[0] for example in job.examples]
    nats = -sum(log_probability(tiny_model, text) for text in better)
    tokens = sum(text.trained_tokens for text in better)
    assert found.arms["base"]["loss"].value == pytest.approx(nats / tokens, abs=1e-4)
    assert {row.trained_tokens for row in found.table} == {text.trained_tokens for text in better}


def test_the_table_holds_both_answers_and_what_was_said_before_the_question(job):
    row = examine(job, progress=quiet, should_stop=never).table[1]
    assert (row.question, row.expected, row.worse) == (
        "user: Hello\nassistant: Hi\nuser: What is 3?",
        "It is 3.",
        "I do not know that.",
    )


def test_an_exam_that_was_stopped_goes_on_and_ends_as_an_undisturbed_one(job):
    kept, asked = Kept(), iter(range(1000))
    assert examine(job, progress=quiet, should_stop=lambda: next(asked) >= 20, kept=kept) is None
    assert any("liked" in line for line in kept.lines)
    went_on = examine(job, progress=quiet, should_stop=never, kept=kept)
    whole = examine(job, progress=quiet, should_stop=never)
    assert (went_on.table, went_on.differences) == (whole.table, whole.differences)


def test_an_exam_with_other_worse_answers_is_another_one(job):
    changed = dataclasses.replace(PAIRS[0], record=dataclasses.replace(PAIRS[0].record, rejected="No."))
    example = dpo.encode(changed.record, job.template, max_length=256, row=changed.row)
    second = dataclasses.replace(job, examples=(example, *job.examples[1:]))
    assert key_of(paper_of(job)) != key_of(paper_of(second))


def rated_rows(count=40, bad=3):
    return tuple(
        SourcedRecord(
            row, Rated(f"What is {row}?", f"It is {row}." if row % bad else "No idea.", row % bad > 0)
        )
        for row in range(1, count + 1)
    )


def rated_job(job, records):
    examples = tuple(kto.encode(r.record, job.template, max_length=256, row=r.row) for r in records)
    return dataclasses.replace(job, objective=kto, held_out=records, examples=examples)


def test_rated_answers_are_told_apart_by_how_likely_their_tokens_are(job, tiny_model):
    records = rated_rows()
    asked = rated_job(job, records)
    found = examine(asked, progress=quiet, should_stop=never)
    good = [sourced.record.label for sourced in records]
    likely = [log_probability(tiny_model, each) / each.trained_tokens for each in asked.examples]
    assert found.arms["base"]["rated_apart"].value == pytest.approx(roc_auc_score(good, likely), abs=1e-6)
    assert next(iter(found.differences)) == "rated_apart"
    assert found.differences["rated_apart"].verdict == "too_few", "13 bad answers say little of 40"
    assert "loss" not in found.arms["base"], "a bad answer is none that should be likely"
    answered = {row.row for row in found.table if row.base is not None}
    assert answered
    assert not any(row % 3 == 0 for row in answered), "what is set beside an answer is a good one"


def test_answers_that_were_all_rated_good_are_examined_as_answers(job):
    found = examine(rated_job(job, rated_rows(count=6, bad=100)), progress=quiet, should_stop=never)
    assert "rated_apart" not in found.differences
    assert verdict_of(found).headline == "Too few rows to tell"
    assert "loss" in found.differences


def test_answers_that_were_all_rated_bad_say_that_nothing_can_be_told(job):
    bad = tuple(SourcedRecord(row, Rated(f"What is {row}?", "No.", False)) for row in range(1, 5))
    found = examine(rated_job(job, bad), progress=quiet, should_stop=never)
    assert found.differences == {}
    assert verdict_of(found).headline == "Nothing to tell by"


def test_a_question_with_several_judged_answers_is_answered_once_and_only_good_ones_are_expected(template):
    rated = [
        SourcedRecord(1, Rated("Why?", "No idea.", False)),
        SourcedRecord(2, Rated("Why?", "Because.", True)),
        SourcedRecord(3, Rated("Why?", "So.", True)),
        SourcedRecord(4, Completion("Why?", "So.")),
    ]
    bad, good, again, plain = questions(rated, chat, template)
    assert [each.good for each in (bad, good, again, plain)] == [False, True, True, True]
    assert worth_asking([bad, good, again]) == [good]
    assert worth_asking([plain, plain]) == [plain, plain], "what nobody judged is asked as it stands"


@pytest.fixture
def template(tiny_tokenizer):
    return ChatTemplate(tiny_tokenizer)


def test_a_question_that_is_typed_is_asked_in_the_chat_that_the_pairs_were_learned_in(template):
    (found,) = questions([SourcedRecord(0, Completion("Why?", "answer"))], dpo, template)
    assert list(found.prompt) == encode_prompt([Message("user", "Why?")], template)
    (pair,) = questions([SourcedRecord(0, Preference("Why?", "So.", "No."))], dpo, template)
    assert pair.prompt == found.prompt
    learned = apart(dpo.encode(Preference("Why?", "So.", "No."), template, max_length=256, row=0))[0]
    assert learned.input_ids[: len(found.prompt)] == found.prompt
