"""The exam measures what it says on the models it names, and can be stopped at any moment."""

import math
from dataclasses import replace

import pytest
import torch

from studio.core.errors import StudioError
from studio.core.examples import IGNORED, Example
from studio.core.records import Completion, SourcedRecord
from studio.core.verdict import FEWEST_ROWS
from studio.data.templates import ChatTemplate
from studio.engine.generate import stream
from studio.engine.objectives import chat
from studio.engine.tuned import weights_hash
from studio.evaluation.exam import examine, in_order
from studio.evaluation.papers import ANSWERS, ExamJob
from tests.evaluation.stand_ins import never, quiet, subject

RECORDS = tuple(
    SourcedRecord(row, Completion(f"What is {row} and {row}?", str(2 * row))) for row in range(2, 34)
)


@pytest.fixture
def tuned_model(tiny_model_folder):
    """The tiny model with its head turned a little towards digits, so that it differs from the base."""
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(tiny_model_folder, dtype=torch.float32)
    with torch.no_grad():
        model.model.norm.weight.mul_(1.3)
    return model


@pytest.fixture
def job(tiny_model, tuned_model, tiny_tokenizer):
    template = ChatTemplate(tiny_tokenizer)
    examples = tuple(chat.encode(r.record, template, max_length=256, row=r.row) for r in RECORDS)
    return ExamJob(
        base=subject(tiny_model), tuned=subject(tuned_model), objective=chat, template=template,
        held_out=RECORDS, examples=examples, step=4, answers=3, answer_tokens=6,
    )  # fmt: skip


def test_every_rows_loss_is_transformers_own(job, tiny_model, tuned_model):
    found = examine(job, progress=quiet, should_stop=never)
    for model, losses in (
        (tiny_model, [row.base_loss for row in found.table]),
        (tuned_model, [row.tuned_loss for row in found.table]),
    ):
        for example, loss in zip(job.examples, losses, strict=True):
            with torch.no_grad():
                reference = model(
                    input_ids=torch.tensor([example.input_ids]), labels=torch.tensor([example.labels])
                ).loss
            assert loss == pytest.approx(float(reference), abs=1e-5)


def test_corpus_loss_weighs_rows_by_their_tokens_and_perplexity_is_its_exponential(job):
    found = examine(job, progress=quiet, should_stop=never)
    nats = sum(row.base_loss * row.trained_tokens for row in found.table)
    loss = nats / sum(row.trained_tokens for row in found.table)
    assert found.arms["base"]["loss"].value == pytest.approx(loss, rel=1e-9)
    assert found.arms["base"]["perplexity"].value == pytest.approx(math.exp(loss), rel=1e-9)
    assert found.arms["base"]["loss"].low < loss < found.arms["base"]["loss"].high


def test_the_hashes_name_the_weights_that_sat_the_exam(job, tiny_model, tuned_model):
    found = examine(job, progress=quiet, should_stop=never)
    assert found.weights_hashes == {"base": weights_hash(tiny_model), "tuned": weights_hash(tuned_model)}
    assert found.weights_hashes["base"] != found.weights_hashes["tuned"]


def test_swapping_the_models_is_seen_in_the_hashes_and_the_losses(job):
    found = examine(job, progress=quiet, should_stop=never)
    swapped = examine(replace(job, base=job.tuned, tuned=job.base), progress=quiet, should_stop=never)
    assert swapped.weights_hashes["base"] == found.weights_hashes["tuned"] != found.weights_hashes["base"]
    assert [row.base_loss for row in swapped.table] == [row.tuned_loss for row in found.table]


def test_the_stated_number_of_rows_is_answered_each_by_its_own_model(job, tiny_model, tuned_model):
    found = examine(job, progress=quiet, should_stop=never)
    answered = [row for row in found.table if row.base is not None]
    assert (found.rows, found.answered, len(answered)) == (32, 3, 3)
    for row in answered:
        prompt = job.template.tokenizer.apply_chat_template(
            [{"role": "user", "content": row.question}], add_generation_prompt=True, return_dict=True
        )["input_ids"]
        for model, text in ((tiny_model, row.base), (tuned_model, row.tuned)):
            assert text == "".join(stream(model, job.template.tokenizer, prompt, max_new_tokens=6))


def test_exact_match_is_only_measured_where_the_answers_could_be_written_in_full(job):
    assert "exact_match" in examine(job, progress=quiet, should_stop=never).differences
    cramped = examine(replace(job, answer_tokens=2), progress=quiet, should_stop=never)
    assert "exact_match" not in cramped.differences
    assert "normalised_match" not in cramped.differences
    assert {"loss", "rougeL", "chrf"} <= set(cramped.differences)


def test_short_answers_are_matched_first_and_long_ones_compared_by_words_and_letters(job):
    assert list(examine(job, progress=quiet, should_stop=never).arms["base"]) == [
        "exact_match", "normalised_match", "loss", "perplexity", "bits_per_byte", "rougeL", "rouge1",
        "rouge2", "chrf", "repetition", "answer_words", "seconds_per_answer",
    ]  # fmt: skip
    assert in_order(chat.METRICS, ["Open the settings and press the button."] * 3)[:3] == [
        "rougeL",
        "chrf",
        "loss",
    ]
    assert in_order(chat.METRICS, []) == in_order(chat.METRICS, ["many words are expected here by all"])


def test_bits_per_byte_share_the_nats_of_the_loss_among_the_bytes_of_the_answers(job):
    found = examine(job, progress=quiet, should_stop=never)
    nats = sum(row.base_loss * row.trained_tokens for row in found.table)
    letters = sum(len(sourced.record.completion) for sourced in RECORDS)  # figures: one byte each
    assert found.arms["base"]["bits_per_byte"].value == pytest.approx(nats / math.log(2) / letters, rel=1e-9)


def test_what_only_describes_has_values_and_no_verdict(job):
    found = examine(job, progress=quiet, should_stop=never)
    assert set(found.arms["base"]) - set(found.differences) == {"answer_words", "seconds_per_answer"}
    answers = [row.base for row in found.table if row.base is not None]
    words = sum(len(answer.split()) for answer in answers) / len(answers)
    assert found.arms["base"]["answer_words"].value == pytest.approx(words)
    assert found.arms["base"]["seconds_per_answer"].value > 0


def test_the_signatures_are_of_what_was_measured(job):
    assert set(examine(job, progress=quiet, should_stop=never).signatures) == {"chrf"}


def test_short_answers_are_asked_of_more_rows_for_the_same_work(job):
    found = examine(replace(job, answers=8, answer_tokens=64), progress=quiet, should_stop=never)
    assert (found.answered, found.answer_tokens) == (32, 16)
    assert found.differences["exact_match"].verdict == "same"


def test_answers_that_are_labels_are_sorted_by_what_is_written_and_by_likelihood(job):
    records = tuple(
        SourcedRecord(r.row, Completion(r.record.prompt, ["no", "yes"][r.row % 2])) for r in RECORDS
    )
    examples = tuple(chat.encode(r.record, job.template, max_length=256, row=r.row) for r in records)
    sorting = replace(job, held_out=records, examples=examples, answers=32, labels=("no", "yes"))
    found = examine(sorting, progress=quiet, should_stop=never)
    assert list(found.arms["base"])[:2] == ["label_written", "label_scored"]
    assert found.arms["base"]["label_written"].value == 0, "a model that learned nothing names no label"
    assert found.arms["base"]["label_scored"].value == 0.5, "one of the two is likelier, whatever is asked"
    assert {"label_written", "label_scored"} <= set(found.differences)


def test_steadiness_is_measured_where_it_is_asked_for_and_not_where_it_is_not(job):
    found = examine(replace(job, steady=True), progress=quiet, should_stop=never)
    assert 0 <= found.arms["tuned"]["steadiness"].value <= 1
    assert found.differences["steadiness"].verdict == "too_few"
    plain = examine(job, progress=quiet, should_stop=never)
    assert "steadiness" not in plain.arms["base"]
    assert found.table == plain.table, "what else is measured does not change"


def test_what_no_source_supports_is_estimated_only_where_there_are_sources(job):
    found = examine(replace(job, sources=("A passage about sums.",)), progress=quiet, should_stop=never)
    assert found.differences["unsupported"].verdict == "too_few"
    assert "unsupported" not in examine(job, progress=quiet, should_stop=never).arms["base"]


def test_so_many_rows_are_answered_that_a_verdict_on_them_is_possible():
    assert ANSWERS >= FEWEST_ROWS


def test_a_metric_on_few_answers_gives_no_verdict_while_loss_on_many_rows_does(job):
    found = examine(job, progress=quiet, should_stop=never).differences
    assert found["exact_match"].verdict == "too_few"
    assert found["loss"].verdict != "too_few"
    assert found["loss"].verdict == found["perplexity"].verdict


def test_a_stop_at_any_moment_ends_the_exam_without_a_result(job):
    for allowed in (0, 1, 31, 33, 40, 70):
        asked = iter(range(1000))
        stop = lambda allowed=allowed, asked=asked: next(asked) >= allowed  # noqa: E731
        assert examine(job, progress=quiet, should_stop=stop) is None


def test_progress_only_grows_and_reaches_the_end(job):
    said = []
    examine(job, progress=lambda *what: said.append(what), should_stop=never)
    done = [count for count, _, _ in said]
    assert done == sorted(done)
    assert done[-1] == said[-1][1] == 2 * (32 + 3)
    assert {"untouched", "tuned"} == {message.split("(")[1].split()[0] for _, _, message in said}


def test_rows_cut_to_nothing_are_not_counted_and_none_at_all_is_refused(job):
    nothing = tuple(Example(e.row, e.input_ids, (IGNORED,) * len(e.input_ids)) for e in job.examples)
    some = examine(replace(job, examples=nothing[:2] + job.examples[2:]), progress=quiet, should_stop=never)
    assert some.rows == 30
    with pytest.raises(StudioError, match="nothing to examine"):
        examine(replace(job, examples=nothing), progress=quiet, should_stop=never)
