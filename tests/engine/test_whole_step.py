"""What is found over a whole step is the same however the step is cut, and leaves no trace."""

from dataclasses import replace

import pytest
import torch

from studio.core.config import RunConfig
from studio.engine.device import DeviceChoice
from studio.engine.preparation import prepare
from studio.engine.steps import measure_parts, take_step
from studio.engine.whole_step import shared_by

FLOAT32 = DeviceChoice("cpu", "float32", ("exact comparisons",))


@pytest.fixture
def learner(tiny_lesson, tiny_tokenizer):
    """Return what learns with an objective, a few steps after it began, and the rows."""

    def make(objective: str, **knobs):
        source, examples = tiny_lesson(objective)
        config = RunConfig("d", "1", objective=objective, knobs=knobs)
        machinery = prepare(config, source, tiny_tokenizer, choice=FLOAT32).machinery
        liked = [replace(example, label=example.label and "good") for example in examples]
        for _ in range(3):  # LoRA's first step moves only one of each pair
            take(machinery, liked, budget=512)
        return machinery, examples

    return make


def take(machinery, examples, *, budget: int, rate: float = 2e-2):
    return take_step(
        machinery, examples, learning_rate=rate, clip=1.0, token_budget=budget, between=lambda: None
    )


@pytest.mark.parametrize(("objective", "measure"), [("kto", "kl"), ("orpo", "margin")])
def test_a_step_in_pieces_has_the_loss_and_the_gradients_of_one(learner, objective, measure):
    machinery, examples = learner(objective)
    found = [take(machinery, examples, budget=budget, rate=0.0) for budget in (4096, 60)]
    assert found[0].loss == pytest.approx(found[1].loss, abs=1e-6)
    assert found[0].gradient_norm == pytest.approx(found[1].gradient_norm, rel=1e-4)
    assert found[0].measures == pytest.approx(found[1].measures, abs=1e-5)
    assert found[0].measures[measure] != 0


def test_a_check_of_the_held_back_rows_does_not_depend_on_its_pieces(learner):
    machinery, examples = learner("kto")
    looks = [
        measure_parts(machinery, examples, token_budget=budget, between=lambda: None) for budget in (4096, 60)
    ]
    assert looks[0].measures == pytest.approx(looks[1].measures, abs=1e-5)
    assert looks[0].measures["kl"] > 0
    assert sum(loss for loss, _ in looks[0].parts) == pytest.approx(sum(loss for loss, _ in looks[1].parts))


def test_how_far_the_model_strayed_is_found_without_a_trace(learner):
    machinery, examples = learner("kto", dropout=0.5)
    machinery.model.train()
    state, passes = torch.get_rng_state(), []
    found = shared_by(machinery, examples, token_budget=60, between=lambda: passes.append(1))
    assert found > 0
    assert len(passes) > 1
    assert machinery.model.training
    assert torch.get_rng_state().equal(state)
    assert all(weight.grad is None or weight.grad.isfinite().all() for weight in machinery.weights)


def test_a_model_that_finds_other_answers_less_likely_has_not_strayed(learner):
    machinery, examples = learner("kto")
    gained = machinery.objective.gained
    against = replace(machinery.objective)
    object.__setattr__(against, "gained", lambda model, batch: -gained(model, batch))
    turned = replace(machinery, objective=against)
    assert shared_by(machinery, examples, token_budget=512, between=lambda: None) > 0
    assert shared_by(turned, examples, token_budget=512, between=lambda: None) == 0


def test_one_answer_alone_is_set_against_nothing(learner):
    machinery, examples = learner("kto")
    assert shared_by(machinery, examples[:1], token_budget=512, between=lambda: None) == 0


def test_only_better_answers_count_as_the_tokens_of_a_step(learner):
    machinery, examples = learner("orpo")
    lengths = [example.starts[1] - 1 for example in examples]
    mean = sum(lengths) / len(lengths)
    assert shared_by(machinery, examples, token_budget=512, between=lambda: None) == mean


def test_other_objectives_share_nothing(learner):
    machinery, examples = learner("dpo")
    assert shared_by(machinery, examples, token_budget=512, between=lambda: None) == 0
