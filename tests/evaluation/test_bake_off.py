"""The bake-off sets further arms beside the exam's two models, which it leaves as they were."""

from dataclasses import replace

import pytest
import torch
from transformers import AutoModelForCausalLM

from studio.core.errors import StudioError
from studio.core.exam import from_dict, to_dict
from studio.core.knowledge import Document, DocumentPart
from studio.core.records import Completion, Labelled, SourcedRecord
from studio.data.templates import ChatTemplate
from studio.engine.generate import answer_batch
from studio.engine.objectives import chat, classification
from studio.evaluation import exam as exams
from studio.evaluation.arms import ARMS
from studio.evaluation.arms.shelves import Shelves
from studio.evaluation.bake_off import Wanted
from studio.evaluation.classes import InWords
from studio.evaluation.exam import examine
from studio.evaluation.papers import ExamJob
from tests.evaluation.stand_ins import never, quiet, subject

ROWS = [SourcedRecord(row, Completion(f"Twice {row}?", f"It is {2 * row}.")) for row in range(2, 30)]
HELD_OUT, TRAINING = tuple(ROWS[:6]), tuple(ROWS[6:])
GUIDE = Document("guide.md", "text", 9, (DocumentPart("line 1", "Twice a number is the number and itself."),))
ALL = ("prompt", "few_shot", "retrieval", "tuned_retrieval")


class Listed:
    """What an exam has kept, in a list."""

    def __init__(self):
        self.key, self.lines = "", []

    def begin(self, key):
        if key != self.key:
            self.key, self.lines = key, []
        return [*self.lines]

    def append(self, line):
        self.lines.append(line)


@pytest.fixture(scope="module")
def wanted():
    return Wanted(
        ALL, Shelves(TRAINING, (GUIDE,), "Be brief."), 12.5, prompt="Be brief.", documents=("guide.md",)
    )


@pytest.fixture(scope="module")
def untouched(tiny_model_folder):
    return AutoModelForCausalLM.from_pretrained(tiny_model_folder, dtype=torch.float32)


@pytest.fixture(scope="module")
def job(untouched, tiny_model_folder, tiny_tokenizer):
    tuned = AutoModelForCausalLM.from_pretrained(tiny_model_folder, dtype=torch.float32)
    with torch.no_grad():
        tuned.model.norm.weight.mul_(1.3)
    template = ChatTemplate(tiny_tokenizer)
    examples = tuple(chat.encode(each.record, template, max_length=256, row=each.row) for each in HELD_OUT)
    return ExamJob(
        base=subject(untouched), tuned=subject(tuned), objective=chat, template=template,
        held_out=HELD_OUT, examples=examples, step=4, answers=3, answer_tokens=6,
    )  # fmt: skip


def without_time(scores):
    return {name: score for name, score in scores.items() if name != "seconds_per_answer"}


@pytest.fixture(scope="module")
def found(job, wanted):
    return examine(replace(job, wanted=wanted), progress=quiet, should_stop=never)


def test_the_pair_is_measured_to_the_bit_as_without_a_bake_off(job, found):
    alone = examine(job, progress=quiet, should_stop=never)
    assert alone.bake_off is None
    for arm in ("base", "tuned"):
        assert without_time(found.arms[arm]) == without_time(alone.arms[arm])
    assert (found.differences, found.table) == (alone.differences, alone.table)
    assert found.weights_hashes == alone.weights_hashes


def test_every_arm_has_scores_costs_and_differences(found):
    assert list(found.arms) == list(ARMS)
    assert all(list(scores) == list(found.arms["base"]) for scores in found.arms.values())
    bake_off = found.bake_off
    assert list(bake_off.costs) == list(ARMS)
    assert all(cost.seconds_per_answer > 0 for cost in bake_off.costs.values())
    assert all(cost.peak_memory_bytes > 0 for cost in bake_off.costs.values())
    assert list(bake_off.against_base) == [arm for arm in ARMS if arm != "base"]
    assert bake_off.against_base["tuned"] == found.differences
    assert (bake_off.prompt, bake_off.documents) == ("Be brief.", ("guide.md",))
    assert "memory" in bake_off.memory_measured
    assert from_dict(to_dict(found)) == found


def test_what_has_to_be_read_and_made_ready_is_counted(found):
    costs = found.bake_off.costs
    assert costs["base"].prompt_tokens == costs["tuned"].prompt_tokens < costs["prompt"].prompt_tokens
    assert costs["prompt"].prompt_tokens < costs["few_shot"].prompt_tokens
    assert costs["base"].preparation_seconds == costs["prompt"].preparation_seconds == 0
    assert costs["tuned"].preparation_seconds == 12.5
    assert costs["tuned_retrieval"].preparation_seconds > 12.5
    assert 0 < costs["retrieval"].preparation_seconds < 12.5


def test_a_difference_is_the_arms_value_less_that_of_base(found):
    for arm in ALL:
        for metric, told in found.bake_off.against_base[arm].items():
            values = found.arms[arm][metric].value - found.arms["base"][metric].value
            assert told.value == pytest.approx(values, abs=1e-9)


def test_tuned_is_set_against_the_best_arm_of_the_untouched_model(found):
    untouched = [arm for arm, module in ARMS.items() if module.MODEL == "base"]
    best = found.bake_off.against_best["loss"]
    assert best.arm == min(untouched, key=lambda arm: found.arms[arm]["loss"].value)
    assert best.difference.value == pytest.approx(
        found.arms["tuned"]["loss"].value - found.arms[best.arm]["loss"].value, abs=1e-9
    )
    assert "answer_words" not in found.bake_off.against_best


def test_an_arm_is_asked_with_what_it_was_given(job, found, untouched):
    template = job.template
    asked = [row for row in found.table if row.base is not None]
    prompts = [
        template.tokenizer.apply_chat_template(
            [{"role": "system", "content": "Be brief."}, {"role": "user", "content": row.question}],
            add_generation_prompt=True,
            return_dict=True,
        )["input_ids"]
        for row in asked
    ]
    texts = answer_batch(untouched, template.tokenizer, prompts, max_new_tokens=found.answer_tokens)
    assert [answer.text for answer in found.bake_off.answers["prompt"]] == texts
    assert [answer.row for answer in found.bake_off.answers["prompt"]] == [row.row for row in asked]


def test_sources_stand_beside_the_answers_and_no_held_out_row_is_among_them(found):
    sources = [source for answer in found.bake_off.answers["retrieval"] for source in answer.sources]
    assert sources
    held_out = {f"Training rows, row {sourced.row}" for sourced in HELD_OUT}
    assert not held_out & set(sources)
    assert all(answer.sources == () for answer in found.bake_off.answers["prompt"])


def test_a_stop_at_any_moment_ends_it_and_it_goes_on_where_it_was(job, wanted, found):
    kept = Listed()
    job = replace(job, wanted=wanted)
    for allowed in (3, 31, 48, 58, 38):
        asked = iter(range(10_000))
        stop = lambda allowed=allowed, asked=asked: next(asked) >= allowed  # noqa: E731
        assert examine(job, progress=quiet, should_stop=stop, kept=kept) is None
    lines = len(kept.lines)
    again = examine(job, progress=quiet, should_stop=never, kept=kept)
    assert lines > 10
    assert {arm: without_time(again.arms[arm]) for arm in ARMS} == {
        arm: without_time(found.arms[arm]) for arm in ARMS
    }


def test_what_the_pair_did_is_taken_over_and_an_arm_that_is_asked_otherwise_begins_anew(job, wanted):
    kept = Listed()
    examine(job, progress=quiet, should_stop=never, kept=kept)
    before = len(kept.lines)
    one = replace(wanted, arms=("prompt",))
    examine(replace(job, wanted=one), progress=quiet, should_stop=never, kept=kept)
    assert {line["arm"] for line in kept.lines[before:] if "memory" not in line} == {"prompt"}
    other = replace(one, shelves=Shelves(TRAINING, (), "Be long."))
    before = len(kept.lines)
    examine(replace(job, wanted=other), progress=quiet, should_stop=never, kept=kept)
    assert sum("nats" in line for line in kept.lines[before:]) == len(HELD_OUT)


def test_looking_things_up_is_told_and_can_be_stopped_at_every_question(job, wanted):
    said = []
    asked = iter(range(100))
    one = replace(job, wanted=replace(wanted, arms=("retrieval",)))
    stop = lambda: next(asked) >= 5  # noqa: E731
    assert examine(one, progress=lambda *what: said.append(what), should_stop=stop) is None
    assert said[0] == (0, 0, "Making ready what is looked up (with your documents)")
    assert said[-1] == (0, 0, "Looking things up for question 4 of 6 (with your documents)")


def test_an_instruction_that_leaves_no_room_for_answers_is_named_before_anybody_sits(job):
    kept = Listed()
    shelves = Shelves(TRAINING, (), "Be brief. " * 30)
    limited = replace(job, reach=120, wanted=Wanted(("prompt",), shelves))
    with pytest.raises(StudioError, match="Your instruction has 300 letters"):
        examine(limited, progress=quiet, should_stop=never, kept=kept)
    assert kept.lines == []


def test_questions_whose_answers_stand_in_a_document_are_counted(job):
    answers = DocumentPart("line 1", "Twice 2? It is 4. Twice a number is the number and itself, no doubt.")
    long = tuple(
        SourcedRecord(row, Completion(f"Twice {row}?", said))
        for row, said in (
            (2, "Twice a number is the number and itself."),
            (3, "Twice 3 is 6 as 3 and 3 is 6."),
        )
    )
    examples = tuple(chat.encode(each.record, job.template, max_length=256, row=each.row) for each in long)
    shelves = Shelves(TRAINING, (replace(GUIDE, parts=(answers,)),))
    given_away = replace(job, held_out=long, examples=examples, wanted=Wanted(("retrieval",), shelves))
    found = examine(given_away, progress=quiet, should_stop=never).bake_off
    assert (found.given_away, found.looked_up) == (1, 2)
    assert (found.rows_searched, found.rows_learned) == (22, 22)


def test_what_was_looked_up_and_does_not_fit_is_counted(job, wanted):
    tight = replace(job, reach=200, wanted=replace(wanted, arms=("few_shot",)))
    found = examine(tight, progress=quiet, should_stop=never)
    assert found.bake_off.shortened == {"few_shot": 6}
    assert found.bake_off.bare == {}
    assert from_dict(to_dict(found)) == found


def test_where_the_peak_cannot_be_reset_no_arm_is_given_that_of_those_before(job, wanted, monkeypatch):
    monkeypatch.setattr("studio.core.system.reset_peak_memory", lambda: False)
    one = replace(job, wanted=replace(wanted, arms=("prompt",)))
    found = examine(one, progress=quiet, should_stop=never).bake_off
    assert {cost.peak_memory_bytes for cost in found.costs.values()} == {0}


def test_progress_names_the_arm_and_reaches_the_end(job, wanted):
    said = []
    examine(replace(job, wanted=wanted), progress=lambda *what: said.append(what), should_stop=never)
    assert [done for done, _, _ in said] == sorted(done for done, _, _ in said)
    assert said[-1][0] == said[-1][1] == 6 * (6 + 3)
    assert any(message.endswith("(untouched model, with your documents)") for _, _, message in said)


def test_an_instruction_that_leaves_no_room_for_a_text_to_sort_is_named(job, tiny_tokenizer):
    rows = (SourcedRecord(2, Labelled("text", "a")),)
    template = ChatTemplate(tiny_tokenizer)
    examples = (classification.encode(rows[0].record, template, max_length=64, row=2),)
    sorting = replace(
        job, objective=classification, held_out=rows, examples=examples, classes={"a": 5, "b": 5}, reach=150,
        wanted=Wanted(("prompt",), Shelves((), (), "Sort it. " * 30)),
    )  # fmt: skip
    with pytest.raises(StudioError, match="Your instruction has 270 letters"):
        examine(sorting, progress=quiet, should_stop=never)


def test_sorting_is_done_in_words_with_examples_or_an_instruction(job, tiny_tokenizer, monkeypatch):
    rows = tuple(SourcedRecord(row, Labelled(f"text {row}", "ab"[row % 2])) for row in range(2, 8))
    template = ChatTemplate(tiny_tokenizer)
    examples = tuple(
        classification.encode(each.record, template, max_length=64, row=each.row) for each in rows
    )
    training = tuple(SourcedRecord(row, Labelled(f"text {row}", "ab"[row % 2])) for row in range(50, 60))
    sorting = replace(
        job, tuned=job.base, objective=classification, held_out=rows, examples=examples,
        classes={"a": 5, "b": 5},
        wanted=Wanted(("prompt", "few_shot"), Shelves(training, (), "Sort it.")),
    )  # fmt: skip
    monkeypatch.setattr(exams, "by_head", InWords(("a", "b"), template))  # no head is tuned here
    found = examine(sorting, progress=quiet, should_stop=never)
    assert list(found.arms) == ["base", "prompt", "few_shot", "tuned"]
    read = {arm: cost.prompt_tokens for arm, cost in found.bake_off.costs.items()}
    assert read["base"] < read["prompt"] < read["few_shot"]
    losses = [found.arms[arm]["loss"].value for arm in ("base", "prompt", "few_shot")]
    assert len(set(losses)) == 3
    assert {answer.text for answer in found.bake_off.answers["few_shot"]} <= {"a", "b"}
