"""Families that people bring train a step with LoRA, merge, and answer alike; tiny, from config."""

import pytest
import torch
from transformers import AutoModelForCausalLM

from studio.core.config import RunConfig
from studio.engine.batches import collate
from studio.engine.device import DeviceChoice
from studio.engine.generate import greedy_tokens
from studio.engine.preparation import Prepared, prepare
from studio.engine.sources import from_folder
from studio.engine.steps import take_step

FLOAT32 = DeviceChoice("cpu", "float32", ("exact comparisons",))


@pytest.fixture
def prepared(tiny_family, tiny_tokenizer, tmp_path) -> Prepared:
    torch.manual_seed(0)
    AutoModelForCausalLM.from_config(tiny_family).save_pretrained(tmp_path)
    tiny_tokenizer.save_pretrained(tmp_path)
    return prepare(RunConfig("d", "1"), from_folder(tmp_path), tiny_tokenizer, choice=FLOAT32)


def test_it_learns_merges_and_answers_alike(prepared, tiny_examples):
    model = prepared.machinery.model
    losses = [
        take_step(
            prepared.machinery,
            tiny_examples[:4],
            learning_rate=1e-2,
            clip=1.0,
            token_budget=512,
            between=lambda: None,
        ).loss
        for _ in range(4)
    ]
    assert losses[-1] < losses[0]
    adapted = {name.split(".lora_")[0] for name in prepared.tuning.state(model)}
    assert len(adapted) >= 2 * 4  # all projections of both layers, not only some
    assert not any("lm_head" in name for name in adapted)
    model.eval()
    inputs = collate(tiny_examples[:2]).input_ids
    with torch.no_grad():
        expected = model(input_ids=inputs).logits
    tokens = list(greedy_tokens(model, [1, 70, 80], ends=frozenset({2}), limit=8))
    plain = prepared.tuning.merged(model).eval()
    with torch.no_grad():
        torch.testing.assert_close(plain(input_ids=inputs).logits, expected, atol=2e-5, rtol=1e-4)
    assert list(greedy_tokens(plain, [1, 70, 80], ends=frozenset({2}), limit=8)) == tokens
