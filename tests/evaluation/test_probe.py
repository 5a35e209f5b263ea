"""The probe tells truths that are known: an untouched model, a spoiled one, one that learned by heart."""

from dataclasses import replace

import pytest
import torch

from studio.core.examples import Example
from studio.core.records import Completion, Text
from studio.data.probe_texts import general_instructions, general_texts
from studio.data.templates import ChatTemplate
from studio.data.tokens import encode_completion_prompt, encode_text
from studio.engine.objectives import chat, classification
from studio.evaluation.lights import changed_answers, forgotten, memorised, overfitted
from studio.evaluation.probe import ProbeJob, halves, sit
from studio.evaluation.probe_results import Row, Turn, by_heart, fit, retained
from tests.evaluation.stand_ins import never, quiet, subject

ROWS = 12


class Memory(list):
    """Lines as the studio keeps them in a file."""

    key = None

    def begin(self, key):
        if key != self.key:
            self.clear()
            self.key = key
        return list(self)


@pytest.fixture(scope="module")
def rows(tiny_tokenizer):
    """Twelve answers to learn, and twelve others, all of nonsense: nothing can be guessed."""
    random = torch.Generator().manual_seed(0)
    letters = torch.randint(97, 123, (2 * ROWS, 40), generator=random)
    template = ChatTemplate(tiny_tokenizer)
    return tuple(
        chat.encode(Completion(f"Word {row}?", "".join(map(chr, word))), template, max_length=256, row=row)
        for row, word in enumerate(letters.tolist(), start=1)
    )


@pytest.fixture(scope="module")
def by_rote(tiny_model_folder, rows):
    """The tiny model drilled on the first twelve rows until it says them in its sleep."""
    from transformers import AutoModelForCausalLM

    from studio.engine.batches import collate

    model = AutoModelForCausalLM.from_pretrained(tiny_model_folder, dtype=torch.float32)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-2)
    batch = collate(rows[:ROWS])
    for _ in range(100):
        optimiser.zero_grad()
        loss, tokens = chat.loss(model, batch)
        (loss / tokens).backward()
        optimiser.step()
    return model.eval()


@pytest.fixture
def job(tiny_model, tiny_tokenizer, rows):
    template = ChatTemplate(tiny_tokenizer)
    texts = [encode_text(Text(text), template, 24, 1) for text in general_texts()[:12]]
    asked = [tuple(encode_completion_prompt(each, template)) for each in general_instructions()[:12]]
    return ProbeJob(
        base=subject(tiny_model), tuned=subject(tiny_model), objective=chat, tokenizer=tiny_tokenizer,
        texts=texts, instructions=asked, asked=asked[:2], training=rows[:ROWS], held_out=rows[ROWS:],
        weights="w", step=1,
    )  # fmt: skip


def measured(sat, kind, arms=("base", "tuned")):
    return {arm: [Row(*each) for each in sat.notes.all(arm, kind)] for arm in arms}


def results(job, sat):
    training, held_out = measured(sat, "training"), measured(sat, "held_out")
    texts = [halves(example, job.tokenizer) for example in job.training]
    return (
        retained(sat.notes.all("tuned", "text"), seed=0),
        retained(sat.notes.all("tuned", "instruction"), seed=0),
        fit(training, held_out, Turn(1, 1, turned=False), seed=0),
        by_heart(training, held_out, texts),
    )


def test_an_untouched_model_has_forgotten_and_memorised_nothing_at_all(job):
    sat = sit(job, progress=quiet, should_stop=never)
    texts, instructions, fitting, heart = results(job, sat)
    assert (texts.items, texts.ratio.value, texts.divergence.value, texts.agreement.value) == (12, 1, 0, 1)
    assert (instructions.items, instructions.ratio.value, instructions.divergence.value) == (12, 1, 0)
    assert instructions.agreement.value == 1.0
    assert (fitting.gap.value, fitting.gap.low, fitting.gap.high) == (0.0, 0.0, 0.0)
    assert (heart.rows, heart.learned.value) == (12, 0.0)
    colours = [
        forgotten(texts), changed_answers(instructions), overfitted(fitting), memorised(heart)
    ]  # fmt: skip
    # None of twelve answers may still be a fifth of all.
    assert [light.colour for light in colours] == ["green", "green", "green", "unknown"]
    assert sat.hashes["base"] == sat.hashes["tuned"]


def test_a_model_drilled_on_nonsense_is_found_out_in_every_part(job, by_rote):
    job = replace(job, tuned=subject(by_rote))
    sat = sit(job, progress=quiet, should_stop=never)
    texts, instructions, fitting, heart = results(job, sat)
    assert forgotten(texts).colour == "red"
    assert texts.divergence.value > 0.5
    assert changed_answers(instructions).colour == "red"
    assert overfitted(fitting).colour == "red"
    assert memorised(heart).colour == "red"
    assert (heart.learned.value, heart.unseen.value) == (1.0, 0.0)
    assert sat.hashes["base"] != sat.hashes["tuned"]
    first = heart.examples[0]
    assert (first.row, len(first.given) + len(first.said)) == (1, 40)


def test_both_write_an_answer_to_what_must_still_work(job, by_rote):
    sat = sit(replace(job, tuned=subject(by_rote)), progress=quiet, should_stop=never)
    answers = {arm: [text for text, _ in sat.notes.all(arm, "asked")] for arm in ("base", "tuned")}
    assert len(answers["base"]) == len(answers["tuned"]) == 2
    assert answers["base"] != answers["tuned"]


@pytest.mark.parametrize("stops_at", [1, 9, 30, 75, 100])
def test_one_that_was_stopped_goes_on_and_ends_as_an_undisturbed_one(job, by_rote, stops_at):
    job = replace(job, tuned=subject(by_rote), instructions=job.instructions[:2], asked=job.asked[:1])
    kept, asked = Memory(), []

    def stop():
        asked.append(1)
        return len(asked) == stops_at

    assert sit(job, progress=quiet, should_stop=stop, kept=kept) is None
    resumed = sit(job, progress=quiet, should_stop=never, kept=kept)
    undisturbed = sit(job, progress=quiet, should_stop=never)
    assert results(job, resumed) == results(job, undisturbed)


def test_the_progress_never_goes_back_and_ends_short_of_the_whole(job):
    said = []
    sit(job, progress=lambda done, total, words: said.append((done, total, words)), should_stop=never)
    places = [done for done, _, _ in said]
    assert places == sorted(places)
    assert {total for _, total, _ in said} == {2 * (12 + 12 + 2 + 12 + 12) + 12}
    assert places[-1] < said[-1][1]


def test_what_sorts_is_only_measured_on_its_rows(job, tiny_lesson):
    from studio.engine.models import load_model

    source, examples = tiny_lesson("classification")
    model = load_model(source, dtype=torch.float32, device="cpu")
    sorting = replace(
        job, base=subject(None), tuned=subject(model), objective=classification, texts=(), instructions=(),
        asked=(), training=examples[:4], held_out=examples[4:],
    )  # fmt: skip
    sat = sit(sorting, progress=quiet, should_stop=never)
    training = measured(sat, "training")
    assert training["base"] == []
    assert [(row.tokens, row.recited) for row in training["tuned"]] == [(1, None)] * 4
    assert set(sat.hashes) == {"tuned"}


def test_halves_of_an_answer_are_shown_in_words(tiny_tokenizer):
    template = ChatTemplate(tiny_tokenizer)
    example = chat.encode(Completion("Q", "a" * 20 + "b" * 20), template, max_length=256, row=3)
    found = halves(example, tiny_tokenizer)
    assert found.row == 3
    assert found.given + found.said == "a" * 20 + "b" * 20
    assert halves(Example(1, (1, 2), (1, 2)), tiny_tokenizer) is None
