"""LoRA finds the projections of every family by itself: never the head, never what chooses among experts."""

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification

from studio.engine.heads import WithHead
from studio.engine.tunings import lora

SIZES = {
    "vocab_size": 64, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
    "num_attention_heads": 4, "pad_token_id": 2,
}  # fmt: skip
APART = {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}
TARGETS = {
    "gpt2": {"c_attn", "c_proj", "c_fc"},  # queries, keys and values in one product
    "llama": APART,
    "mistral": APART,
    "mixtral": {"q_proj", "k_proj", "v_proj", "o_proj"},  # its experts are stacked, its router chooses
    "falcon": {"query_key_value", "dense", "dense_h_to_4h", "dense_4h_to_h"},
    "gemma": APART,
    "gemma2": APART,
    "gemma3_text": APART,
    "qwen2": APART,
    "qwen3": APART,
    "phi": {"q_proj", "k_proj", "v_proj", "dense", "fc1", "fc2"},
    "phi3": {"qkv_proj", "o_proj", "gate_up_proj", "down_proj"},
    "smollm3": APART,
}
FURTHER = {
    "gpt2": {"n_embd": 32, "n_layer": 2, "n_head": 4},
    "mixtral": {"num_local_experts": 2},
    **{name: {"head_dim": 8} for name in ("gemma", "gemma2", "gemma3_text", "qwen3")},
}


def config_of(family: str):
    return AutoConfig.for_model(family, **(SIZES | FURTHER.get(family, {})))


def adapted(model: torch.nn.Module) -> set[str]:
    return {
        name.partition(".lora_")[0].rpartition(".")[2]
        for name, _ in model.named_parameters()
        if ".lora_" in name
    }


@pytest.mark.parametrize("family", TARGETS)
def test_all_projections_of_the_body_and_nothing_else(family):
    assert (
        adapted(lora.apply(AutoModelForCausalLM.from_config(config_of(family)), lora.Config()))
        == TARGETS[family]
    )


@pytest.mark.parametrize("family", TARGETS)
def test_the_same_ones_beside_a_head_that_sorts(family):
    model = AutoModelForSequenceClassification.from_config(config_of(family))
    assert adapted(WithHead(lora).apply(model, lora.Config())) == TARGETS[family]
    assert model.score.weight.requires_grad
    assert model.score.weight.dtype == torch.float32
