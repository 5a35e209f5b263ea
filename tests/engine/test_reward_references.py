"""On the same rollouts the losses and gradients of reward learning are those of trl's trainers."""

from contextlib import nullcontext
from copy import deepcopy
from pathlib import Path

import pytest
import torch
from datasets import Dataset
from trl import GRPOConfig, GRPOTrainer, RLOOConfig, RLOOTrainer

from studio.core.examples import IGNORED, Example
from studio.engine.attempts import Attempt, lessons_of
from studio.engine.batches import collate
from studio.engine.objectives import grpo, reinforce, rloo
from studio.engine.reinforcing import Reinforcing
from studio.engine.rewarding import Scored
from studio.engine.rollouts import Sampled

QUESTIONS = ["What do bees make?", "Who barks?"]
KL = 0.3
ARGUMENTS = {
    "per_device_train_batch_size": 8,
    "num_generations": 4,
    "max_completion_length": 6,
    "beta": KL,
    "use_cpu": True,
    "bf16": False,
    "gradient_checkpointing": False,
    "report_to": "none",
    "disable_tqdm": True,
}


def worth(answer: str) -> float:
    return sum(letter.isascii() for letter in answer) / 6


def rollouts(trainer):
    """Let trl draw answers with a model that has moved away from the untouched one; return what it made."""
    torch.manual_seed(3)
    for weight in trainer.model.parameters():
        weight.data += 0.02 * torch.randn_like(weight)
    trainer.current_gradient_accumulation_steps = 1
    asked = [{"prompt": question} for question in QUESTIONS for _ in range(4)]
    return trainer._generate_and_score_completions(asked)


def as_groups(made, tokenizer, model) -> list[list[Attempt]]:
    attempts = []
    for at in range(len(made["prompt_ids"])):
        prompt = made["prompt_ids"][at][made["prompt_mask"][at].bool()].tolist()
        ids = tuple(made["completion_ids"][at][made["completion_mask"][at].bool()].tolist())
        text = tokenizer.decode(ids, skip_special_tokens=True)
        question = Example(at + 1, (*prompt, 5), (*([IGNORED] * len(prompt)), 5))
        likely = Reinforcing(grpo, grpo.Config(), nullcontext).before(
            model, [Attempt(question, "", Sampled(ids, (), 0.0, True), text, Scored(0.0, {})).as_example()],
            token_budget=512,
        )[0].untouched  # fmt: skip
        attempts.append(Attempt(question, "", Sampled(ids, likely, 0.0, True), text, Scored(worth(text), {})))
    return [attempts[:4], attempts[4:]]


def our_loss(objective, settings, untouched, model, groups):
    lesson = Reinforcing(objective, settings, lambda _: nullcontext(untouched))
    examples = lessons_of(
        groups, objective, settings, lambda rows: lesson.before(model, rows, token_budget=512)
    )
    model.zero_grad()
    loss, weight = lesson.loss(model, collate(examples))
    (loss / weight).backward()
    return loss.item() / weight, [weight.grad.clone() for weight in model.parameters()], examples


def their_loss(trainer, made):
    trainer.model.zero_grad()
    loss = trainer._compute_loss(trainer.model, made)
    loss.backward()
    return loss.item(), [weight.grad.clone() for weight in trainer.model.parameters()]


def assert_same(ours, theirs):
    assert ours[0] == pytest.approx(theirs[0], abs=1e-5)
    for own, other in zip(ours[1], theirs[1], strict=True):
        torch.testing.assert_close(own, other, atol=1e-5, rtol=1e-4)


def trainer_of(kind, config, model, tokenizer, **options):
    return kind(
        model=model,
        reward_funcs=lambda completions, **_: [worth(each) for each in completions],
        args=config(**ARGUMENTS, **options),
        train_dataset=Dataset.from_list([{"prompt": each} for each in QUESTIONS]),
        processing_class=tokenizer,
    )


@pytest.fixture
def untouched(tiny_model):
    """A copy from before trl wraps the model: its own would call the wrapped one."""
    return deepcopy(tiny_model)


@pytest.mark.parametrize(
    ("mine", "theirs"), [("token", "dapo"), ("answer", "grpo"), ("length_free", "dr_grpo")]
)
def test_grpo_is_that_of_trl(mine, theirs, untouched, tiny_model, tiny_tokenizer, tmp_path: Path):
    trainer = trainer_of(
        GRPOTrainer, GRPOConfig, tiny_model, tiny_tokenizer, output_dir=str(tmp_path), loss_type=theirs
    )
    made = rollouts(trainer)
    groups = as_groups(made, tiny_tokenizer, trainer.model)
    settings = grpo.Config(reward_kl=KL, answer_tokens=6, grpo_loss=mine)
    ours = our_loss(grpo, settings, untouched, trainer.model, groups)
    assert [each.advantage for each in ours[2]] == pytest.approx(made["advantages"].tolist(), abs=1e-4)
    assert_same(ours, their_loss(trainer, made))


@pytest.mark.parametrize("scale", [False, True])
def test_rloo_is_that_of_trl(scale, untouched, tiny_model, tiny_tokenizer, tmp_path: Path):
    trainer = trainer_of(
        RLOOTrainer, RLOOConfig, tiny_model, tiny_tokenizer, output_dir=str(tmp_path),
        normalize_advantages=scale,
    )  # fmt: skip
    made = rollouts(trainer)
    groups = as_groups(made, tiny_tokenizer, trainer.model)
    ours = our_loss(rloo, rloo.Config(reward_kl=KL, rloo_scale=scale), untouched, trainer.model, groups)
    assert [each.advantage for each in ours[2]] == pytest.approx(made["advantages"].tolist(), abs=1e-5)
    assert_same(ours, their_loss(trainer, made))


def test_reinforce_moves_weights_as_trl_does_for_advantages_over_the_mean_of_the_step(
    untouched, tiny_model, tiny_tokenizer, tmp_path: Path
):
    trainer = trainer_of(RLOOTrainer, RLOOConfig, tiny_model, tiny_tokenizer, output_dir=str(tmp_path))
    made = rollouts(trainer)
    groups = as_groups(made, tiny_tokenizer, trainer.model)
    ours = our_loss(reinforce, reinforce.Config(reward_kl=0), untouched, trainer.model, groups)
    rewards = torch.tensor([each.reward for group in groups for each in group])
    _, gradients = their_loss(trainer, made | {"advantages": rewards - rewards.mean()})
    assert_same((0.0, ours[1]), (0.0, gradients))
