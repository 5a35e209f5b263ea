"""The same rows and settings give the same losses and weights as transformers' Trainer and trl's SFTTrainer.

They are the reference; the studio trains with its own loop (README, Decisions).
"""

from pathlib import Path

import pytest
import torch
from datasets import Dataset
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from torch import nn
from transformers import DataCollatorForSeq2Seq, Trainer, TrainingArguments
from trl import SFTConfig, SFTTrainer

from studio.core.config import RunConfig
from studio.core.examples import IGNORED
from studio.engine.device import DeviceChoice
from studio.engine.low_rank import LowRankLinear
from studio.engine.preparation import Prepared, prepare
from studio.engine.steps import take_step
from studio.engine.tunings import full, lora

STEPS = 4
RATE = 1e-3
FLOAT32 = DeviceChoice("cpu", "float32", ("in the precision of the reference",))
ARGUMENTS = {
    "per_device_train_batch_size": 8,
    "max_steps": STEPS,
    "learning_rate": RATE,
    "lr_scheduler_type": "constant",
    "logging_steps": 1,
    "use_cpu": True,
    "bf16": False,
    "save_strategy": "no",
    "report_to": "none",
    "disable_tqdm": True,
}


@pytest.fixture(params=["lora", "full"])
def prepared(request, tiny_source, tiny_tokenizer) -> Prepared:
    config = RunConfig("d", "1", tuning=request.param, knobs={"learning_rate": RATE})
    return prepare(config, tiny_source, tiny_tokenizer, choice=FLOAT32)


@pytest.fixture
def twin(prepared, tiny_model) -> nn.Module:
    """The same model with the same first weights, made by transformers and peft alone."""
    if prepared.tuning is full:
        return tiny_model
    settings = lora.Config()
    adapter = LoraConfig(
        task_type="CAUSAL_LM",
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules="all-linear",
    )
    model = get_peft_model(tiny_model, adapter)
    assert not any(isinstance(module, LowRankLinear) for module in model.modules())
    set_peft_model_state_dict(model, get_peft_model_state_dict(prepared.machinery.model))
    return model


def our_losses(prepared: Prepared, examples) -> list[float]:
    """Micro-batches of about two rows: the sum over them must be the batch's mean all the same."""
    return [
        take_step(
            prepared.machinery, examples, learning_rate=RATE, clip=1.0, token_budget=160, between=lambda: None
        ).loss
        for _ in range(STEPS)
    ]


def assert_same(prepared: Prepared, twin: nn.Module, trainer: Trainer, ours: list[float]) -> None:
    theirs = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    assert ours == pytest.approx(theirs, abs=1e-5)
    weights, expected = prepared.tuning.state(prepared.machinery.model), dict(twin.named_parameters())
    assert weights
    for name, weight in weights.items():
        torch.testing.assert_close(weight, expected[name], atol=1e-5, rtol=1e-4)
    assert ours[-1] < ours[0]


def test_transformers_trainer_learns_the_same(prepared, twin, tiny_examples, tiny_tokenizer, tmp_path: Path):
    ours = our_losses(prepared, tiny_examples)
    rows = [{"input_ids": list(each.input_ids), "labels": list(each.labels)} for each in tiny_examples]
    trainer = Trainer(
        model=twin,
        args=TrainingArguments(str(tmp_path), **ARGUMENTS),
        train_dataset=Dataset.from_list(rows),
        data_collator=DataCollatorForSeq2Seq(tiny_tokenizer, label_pad_token_id=IGNORED),
    )
    trainer.train()
    assert_same(prepared, twin, trainer, ours)


def test_trl_learns_the_same(prepared, twin, tiny_examples, tiny_tokenizer, tmp_path: Path):
    ours = our_losses(prepared, tiny_examples)
    rows = [
        {
            "input_ids": list(each.input_ids),
            "completion_mask": [int(label != IGNORED) for label in each.labels],
        }
        for each in tiny_examples
    ]
    trainer = SFTTrainer(
        model=twin,
        args=SFTConfig(str(tmp_path), completion_only_loss=True, gradient_checkpointing=False, **ARGUMENTS),
        train_dataset=Dataset.from_list(rows),
        processing_class=tiny_tokenizer,
    )
    trainer.train()
    assert_same(prepared, twin, trainer, ours)


def test_the_adapter_is_stored_under_the_names_peft_reads(tiny_source, tiny_tokenizer):
    prepared = prepare(RunConfig("d", "1"), tiny_source, tiny_tokenizer, choice=FLOAT32)
    by_peft = get_peft_model_state_dict(prepared.machinery.model)
    ours = prepared.tuning.state(prepared.machinery.model)
    assert {name.replace(".default", "") for name in ours} == set(by_peft)
