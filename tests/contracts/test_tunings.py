"""What every tuning keeps, whoever adds it, on a tiny random model."""

import dataclasses
from dataclasses import replace

import pytest
import torch

from studio.core.config import RunConfig
from studio.core.errors import Refused
from studio.core.knobs import problems
from studio.engine.batches import collate
from studio.engine.checkpoints import Progress, TrainingState, write_checkpoint
from studio.engine.device import DeviceChoice
from studio.engine.log_probabilities import token_log_probabilities
from studio.engine.objectives import OBJECTIVES, chat, learns_from_reward
from studio.engine.preparation import Prepared, prepare
from studio.engine.sources import from_folder
from studio.engine.steps import Stopped, measure, take_step
from studio.engine.tuned import load_tuned, weights_hash
from studio.engine.tunings import TUNINGS, tuning_named

FLOAT32 = DeviceChoice("cpu", "float32", ("exact comparisons",))
OVERFIT_STEPS = 60
"""At most; the loss stays low once it is."""
FEW_WEIGHTS = {"ia3": 0.65, "prefix": 0.4, "prompt": 0.65}
"""They move a few hundred numbers of a model that knows nothing: so much of the loss may be left."""


@pytest.fixture(params=list(TUNINGS))
def name(request) -> str:
    return request.param


@pytest.fixture
def prepared(name, tiny_model_folder, tiny_tokenizer) -> Prepared:
    return prepare(
        RunConfig("d", "1", tuning=name), from_folder(tiny_model_folder), tiny_tokenizer, choice=FLOAT32
    )


def step(prepared: Prepared, examples, *, rate: float, between=lambda: None):
    return take_step(
        prepared.machinery, examples, learning_rate=rate, clip=1.0, token_budget=512, between=between
    )


def logits(model: torch.nn.Module, examples) -> torch.Tensor:
    """Of both sides with one kind of attention: training's own rounds otherwise than the one that answers."""
    plain = model.get_base_model() if hasattr(model, "get_base_model") else model
    plain.set_attn_implementation("sdpa")
    model.eval()
    with torch.no_grad():
        return model(input_ids=collate(examples).input_ids).logits


def test_it_says_what_it_is_and_where_it_comes_from(name):
    tuning = TUNINGS[name]
    assert tuning.TITLE
    assert tuning.SUMMARY.endswith(".")
    assert tuning.WHEN.endswith(".")
    assert tuning.SOURCE
    assert tuning.FROZEN_BASE or not tuning.HOLDS_BASE
    assert tuning.MERGES or tuning.FROZEN_BASE
    assert 0 < tuning.LEARNING_RATE < 1


def test_it_says_how_many_weights_it_trains(prepared, tiny_model):
    said = prepared.tuning.trained_parameters(prepared.tuning.Config(), tiny_model.config)
    assert said == prepared.trainable_parameters


def test_its_default_settings_have_no_problems(name):
    assert dataclasses.is_dataclass(TUNINGS[name].Config)
    assert problems(TUNINGS[name].Config()) == ()


def test_exactly_the_declared_weights_receive_gradient_and_move(prepared, tiny_examples):
    model, declared = prepared.machinery.model, set(prepared.tuning.state(prepared.machinery.model))
    before = {key: weight.clone() for key, weight in model.named_parameters()}
    for _ in range(2):  # LoRA's first step moves only one of each pair
        step(prepared, tiny_examples, rate=1e-2)
    with_gradient = {key for key, weight in model.named_parameters() if weight.grad is not None}
    moved = {key for key, weight in model.named_parameters() if not weight.equal(before[key])}
    assert declared == set(prepared.names.values()) == with_gradient == moved


@pytest.mark.parametrize("objective", [each for each in OBJECTIVES if not learns_from_reward(each)])
def test_a_tiny_random_model_overfits_eight_examples(
    name, objective, tiny_lesson, lesson_knobs, tiny_tokenizer
):
    source, examples = tiny_lesson(objective)
    config = RunConfig("d", "1", tuning=name, objective=objective, knobs=lesson_knobs(objective))
    if OBJECTIVES[objective].HEAD != "language" and not TUNINGS[name].MERGES:
        with pytest.raises(Refused, match=r"head that (sorts|judges) could not be handed over"):
            prepare(config, source, tiny_tokenizer, choice=FLOAT32)
        return
    prepared = prepare(config, source, tiny_tokenizer, choice=FLOAT32)
    rate = 5e-3 if objective == "classification" else 2e-2  # eight bits to learn: larger steps jump about
    left = 1 / 4
    if name in FEW_WEIGHTS and objective != "classification":
        rate, left = 0.15, FEW_WEIGHTS[name]
    losses = [step(prepared, examples, rate=rate).loss]
    while losses[-1] >= losses[0] * left and len(losses) < OVERFIT_STEPS:  # most need a tenth of the steps
        losses.append(step(prepared, examples, rate=rate).loss)
    assert losses[-1] < losses[0] * left, losses[::10]


def test_an_answer_that_pleased_becomes_likelier(name, tiny_lesson, tiny_tokenizer):
    source, examples = tiny_lesson("rloo")
    config = RunConfig("d", "1", tuning=name, objective="rloo")
    prepared = prepare(config, source, tiny_tokenizer, choice=FLOAT32)
    model, batch = prepared.machinery.model, prepared.machinery.batch(examples)
    tried = [replace(each, advantage=1.0, untouched=(0.0,) * each.trained_tokens) for each in examples]
    before = token_log_probabilities(model, batch).sum().item()
    for _ in range(3):
        step(prepared, tried, rate=0.15 if name in FEW_WEIGHTS else 2e-2)
    assert token_log_probabilities(model, batch).sum().item() > before + 1


def test_saved_and_loaded_again_it_gives_the_same_logits(
    prepared, name, tiny_examples, tmp_path, tiny_model_folder
):
    for _ in range(3):
        step(prepared, tiny_examples, rate=1e-2)
    state = TrainingState(
        Progress(), prepared.tuning.state(prepared.machinery.model), {}, {"cpu": torch.zeros(1)}
    )
    write_checkpoint(tmp_path, state)
    again = load_tuned(
        from_folder(tiny_model_folder),
        name,
        settings=prepared.tuning.Config(),
        checkpoint=tmp_path,
        dtype=torch.float32,
        device="cpu",
    )
    assert logits(again, tiny_examples).equal(logits(prepared.machinery.model, tiny_examples))
    assert weights_hash(again) == weights_hash(prepared.machinery.model)


def test_the_merged_model_is_plain_and_answers_alike(prepared, tiny_examples, tiny_model):
    for _ in range(3):
        step(prepared, tiny_examples, rate=1e-2)
    if not prepared.tuning.MERGES:
        with pytest.raises(AssertionError):
            prepared.tuning.merged(prepared.machinery.model)
        return
    expected = logits(prepared.machinery.model, tiny_examples)
    plain = prepared.tuning.merged(prepared.machinery.model)
    assert type(plain) is type(tiny_model)
    assert {key for key, _ in plain.named_parameters()} == {key for key, _ in tiny_model.named_parameters()}
    torch.testing.assert_close(logits(plain, tiny_examples), expected, atol=1e-5, rtol=1e-5)


def test_its_reference_is_the_untouched_model_or_none(prepared, tiny_examples, tiny_model):
    step(prepared, tiny_examples, rate=1e-2)
    tuned = logits(prepared.machinery.model, tiny_examples)
    with prepared.tuning.reference(prepared.machinery.model) as base:
        assert (base is not None) == prepared.tuning.HOLDS_BASE
        if base is not None:
            assert logits(base, tiny_examples).equal(logits(tiny_model, tiny_examples))
            assert weights_hash(base) == weights_hash(tiny_model)
    assert logits(prepared.machinery.model, tiny_examples).equal(tuned)
    assert weights_hash(prepared.machinery.model) != weights_hash(tiny_model)


def test_a_stop_inside_a_step_moves_nothing(prepared, tiny_examples):
    def stop() -> None:
        raise Stopped

    before = {key: weight.clone() for key, weight in prepared.tuning.state(prepared.machinery.model).items()}
    with pytest.raises(Stopped):
        step(prepared, tiny_examples, rate=1.0, between=stop)
    with pytest.raises(Stopped):
        measure(prepared.machinery, tiny_examples, token_budget=64, between=stop)
    after = prepared.tuning.state(prepared.machinery.model)
    assert all(after[key].equal(before[key]) for key in before)


def test_a_held_out_measure_leaves_no_gradient_and_no_trace(prepared, tiny_examples):
    state = torch.get_rng_state()
    loss, tokens = measure(prepared.machinery, tiny_examples, token_budget=64, between=lambda: None)
    whole, weight = chat.loss(prepared.machinery.model, collate(tiny_examples))
    assert loss == pytest.approx(whole.item() / weight, rel=1e-5)
    assert tokens == weight
    assert all(tensor.grad is None for tensor in prepared.machinery.weights)
    assert torch.get_rng_state().equal(state)


def test_an_unknown_one_is_refused_by_name():
    with pytest.raises(Refused, match="no tuning named 'tickling'") as caught:
        tuning_named("tickling")
    assert caught.value.hint == "Known: lora, qlora, bottleneck, ia3, prefix, prompt, freeze, full."
