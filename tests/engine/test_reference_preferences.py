"""Learning from preferences has the losses and gradients of trl's trainers on the same rows."""

from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch
from datasets import Dataset
from trl import DPOConfig, DPOTrainer, KTOConfig, KTOTrainer, RewardConfig, RewardTrainer
from trl.experimental.cpo import CPOConfig, CPOTrainer
from trl.experimental.orpo import ORPOConfig, ORPOTrainer
from trl.trainer.dpo_trainer import DataCollatorForPreference
from trl.trainer.kto_trainer import DataCollatorForUnpairedPreference
from trl.trainer.reward_trainer import DataCollatorForPreference as DataCollatorForRewards

from studio.core.config import RunConfig
from studio.core.examples import IGNORED, Example
from studio.data.packing import apart
from studio.engine.device import DeviceChoice
from studio.engine.models import load_model
from studio.engine.preferring import Preferring
from studio.engine.preparation import prepare
from studio.engine.steps import take_step

CLOSE = 1e-5
FLOAT32 = DeviceChoice("cpu", "float32", ("in the precision of the reference",))
ARGUMENTS = {"use_cpu": True, "bf16": False, "report_to": "none", "gradient_checkpointing": False}
WORDS = {"prompt": ["A?"], "chosen": ["b"], "rejected": ["c"]}
PIECES = 200
"""Tokens at once: the eight rows of a step are learned from in several pieces, which must change nothing."""


def parted(text: Example) -> tuple[list[int], list[int]]:
    """Return the tokens of the question, and those of the answer without what the template puts behind it."""
    learned = [at for at, label in enumerate(text.labels) if label != IGNORED]
    begins, ends = learned[0], learned[-1] + 1
    return list(text.input_ids[:begins]), list(text.input_ids[begins:ends])


def pairs_batch(examples) -> dict:
    rows = []
    for example in examples:
        (question, better), (_, worse) = map(parted, apart(example))
        rows.append({"prompt_ids": question, "chosen_ids": better, "rejected_ids": worse})
    return DataCollatorForPreference(pad_token_id=2)(rows)


def rated_batch(examples) -> dict:
    rows = []
    for at, example in enumerate(examples):
        question, answer = parted(example)
        _, other = parted(examples[at - 1])
        rated = {"prompt_ids": question, "completion_ids": answer, "label": example.label == "good"}
        rows.append({**rated, "KL_completion_ids": other})
    return DataCollatorForUnpairedPreference(pad_token_id=2)(rows)


def rewards_batch(examples) -> dict:
    both = [apart(example) for example in examples]
    rows = [{"chosen_ids": list(a.input_ids), "rejected_ids": list(b.input_ids)} for a, b in both]
    return DataCollatorForRewards(pad_token_id=2)(rows)


def whole_batch(examples) -> dict:
    """As the older trainers want it: each text with its labels, padded by themselves."""
    found = {}
    for which, name in enumerate(("chosen", "rejected")):
        texts = [apart(example)[which] for example in examples]
        longest = max(len(text.input_ids) for text in texts)
        for key, padding in (("input_ids", 2), ("labels", IGNORED)):
            rows = [[*getattr(text, key), *[padding] * (longest - len(text.labels))] for text in texts]
            found[f"{name}_{key}"] = torch.tensor(rows)
        mask = [[1] * len(text.labels) + [0] * (longest - len(text.labels)) for text in texts]
        found[f"{name}_attention_mask"] = torch.tensor(mask)
    return found


def dpo(loss: str, model, before, arguments):
    settings = DPOConfig(loss_type=[loss], beta=0.1, **arguments)
    return partial(DPOTrainer, model, ref_model=before, args=settings), Dataset.from_dict(WORDS), pairs_batch


def kto(model, before, arguments):
    more = {"desirable_weight": 1.5, "undesirable_weight": 0.5, "per_device_train_batch_size": 8}
    rated = Dataset.from_dict({"prompt": ["A?"] * 8, "completion": ["b"] * 8, "label": [True, False] * 4})
    settings = KTOConfig(beta=0.1, **more, **arguments)
    return partial(KTOTrainer, model, ref_model=before, args=settings), rated, rated_batch


def orpo(model, before, arguments):
    settings = ORPOConfig(beta=0.1, max_length=256, **arguments)
    return partial(ORPOTrainer, model, args=settings), Dataset.from_dict(WORDS), whole_batch


def simpo(model, before, arguments):
    more = {"loss_type": "simpo", "cpo_alpha": 0.0, "beta": 2.0, "simpo_gamma": 1.0, "max_length": 256}
    settings = CPOConfig(**more, **arguments)
    return partial(CPOTrainer, model, args=settings), Dataset.from_dict(WORDS), whole_batch


def reward(model, before, arguments):
    settings = RewardConfig(center_rewards_coefficient=0.01, **arguments)
    texts = Dataset.from_dict({"chosen": ["A? b"], "rejected": ["A? c"]})
    return partial(RewardTrainer, model, args=settings), texts, rewards_batch


CASES = {
    "dpo sigmoid": ("dpo", {"dpo_loss": "sigmoid"}, partial(dpo, "sigmoid")),
    "dpo ipo": ("dpo", {"dpo_loss": "ipo"}, partial(dpo, "ipo")),
    "dpo hinge": ("dpo", {"dpo_loss": "hinge"}, partial(dpo, "hinge")),
    "kto": ("kto", {"good_weight": 1.5, "bad_weight": 0.5}, kto),
    "orpo": ("orpo", {}, orpo),
    "simpo": ("simpo", {}, simpo),
    "reward": ("reward", {}, reward),
}


@pytest.mark.parametrize("case", CASES)
def test_loss_and_gradients_are_those_of_trl(case, tiny_lesson, tiny_tokenizer, tmp_path: Path):
    objective, knobs, reference = CASES[case]
    source, examples = tiny_lesson(objective)
    config = RunConfig("d", "1", objective=objective, tuning="full", knobs=knobs)
    machinery = prepare(config, source, tiny_tokenizer, choice=FLOAT32).machinery
    before, twin = (load_model(source, dtype=torch.float32, device="cpu") for _ in range(2))
    before.load_state_dict(machinery.model.state_dict())  # a head is drawn anew each time
    if isinstance(machinery.objective, Preferring) and machinery.objective.untouched:
        machinery = replace(machinery, objective=replace(machinery.objective, untouched=held(before)))
    liked = [replace(example, label=example.label and "good") for example in examples]
    for _ in range(2):  # so that the model has strayed from the one before
        learn(machinery, liked, rate=3e-4)
    twin.load_state_dict(machinery.model.state_dict())
    arguments = {"output_dir": str(tmp_path), **ARGUMENTS}
    make, dataset, batch = reference(twin, before, arguments)
    trainer = make(train_dataset=dataset, processing_class=tiny_tokenizer)
    trainer.model.train()
    theirs = trainer.compute_loss(trainer.model, batch(examples))
    theirs.backward()

    ours = learn(machinery, examples, rate=0.0)
    assert ours.loss == pytest.approx(theirs.item(), abs=CLOSE)
    assert ours.measures.get("kl", 1.0) > 0  # else what is shared by the step would not have been compared
    wanted = {name: weight.grad for name, weight in trainer.model.named_parameters()}
    found = {name: weight.grad for name, weight in machinery.model.named_parameters()}
    assert max(gradient.abs().max() for gradient in found.values()) > 1e-3
    for name, gradient in found.items():
        torch.testing.assert_close(gradient, wanted[name], atol=CLOSE, rtol=0)


def learn(machinery, examples, *, rate: float):
    return take_step(
        machinery, examples, learning_rate=rate, clip=0.0, token_budget=PIECES, between=lambda: None
    )


def held(before):
    return lambda _: nullcontext(before)
