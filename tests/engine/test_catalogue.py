"""The listed models: families that can be tuned here, sizes that are right, and memory that is computed."""

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForMaskedLM
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

from studio.core.config import RunConfig
from studio.core.errors import Refused
from studio.engine.catalogue import MODELS, PROGRAM_BYTES, least_bytes, listed
from studio.engine.device import choose_device
from studio.engine.families import ENCODERS
from studio.engine.forecast import forecast_memory
from studio.engine.models import count_parameters
from studio.engine.tunings import TUNINGS

LLAMA = {"model_type": "llama", "tie_word_embeddings": True}
QWEN = {"tie_word_embeddings": True, "vocab_size": 151936}
SHAPES = {
    "HuggingFaceTB/SmolLM2-135M-Instruct": LLAMA | {
        "hidden_size": 576, "intermediate_size": 1536, "num_hidden_layers": 30, "num_attention_heads": 9,
        "num_key_value_heads": 3, "vocab_size": 49152,
    },
    "HuggingFaceTB/SmolLM2-360M-Instruct": LLAMA | {
        "hidden_size": 960, "intermediate_size": 2560, "num_hidden_layers": 32, "num_attention_heads": 15,
        "num_key_value_heads": 5, "vocab_size": 49152,
    },
    "HuggingFaceTB/SmolLM2-1.7B-Instruct": LLAMA | {
        "hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 24, "num_attention_heads": 32,
        "num_key_value_heads": 32, "vocab_size": 49152,
    },
    "Qwen/Qwen2.5-0.5B-Instruct": QWEN | {
        "model_type": "qwen2", "hidden_size": 896, "intermediate_size": 4864, "num_hidden_layers": 24,
        "num_attention_heads": 14, "num_key_value_heads": 2,
    },
    "Qwen/Qwen2.5-1.5B-Instruct": QWEN | {
        "model_type": "qwen2", "hidden_size": 1536, "intermediate_size": 8960, "num_hidden_layers": 28,
        "num_attention_heads": 12, "num_key_value_heads": 2,
    },
    "Qwen/Qwen3-0.6B": QWEN | {
        "model_type": "qwen3", "hidden_size": 1024, "intermediate_size": 3072, "num_hidden_layers": 28,
        "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 128,
    },
    "Qwen/Qwen3-1.7B": QWEN | {
        "model_type": "qwen3", "hidden_size": 2048, "intermediate_size": 6144, "num_hidden_layers": 28,
        "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 128,
    },
    "Qwen/Qwen3-4B": QWEN | {
        "model_type": "qwen3", "hidden_size": 2560, "intermediate_size": 9728, "num_hidden_layers": 36,
        "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128,
    },
    "meta-llama/Llama-3.2-1B-Instruct": LLAMA | {
        "hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16, "num_attention_heads": 32,
        "num_key_value_heads": 8, "vocab_size": 128256,
    },
    "meta-llama/Llama-3.2-3B-Instruct": LLAMA | {
        "hidden_size": 3072, "intermediate_size": 8192, "num_hidden_layers": 28, "num_attention_heads": 24,
        "num_key_value_heads": 8, "vocab_size": 128256, "head_dim": 128,
    },
    "mistralai/Mistral-7B-Instruct-v0.3": {
        "model_type": "mistral", "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
        "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 32768,
        "tie_word_embeddings": False,
    },
    "openai-community/gpt2": {"model_type": "gpt2"},
    "google-bert/bert-base-uncased": {"model_type": "bert"},
    "distilbert/distilbert-base-uncased": {"model_type": "distilbert"},
}  # fmt: skip
"""The architectures that the cards of these models describe: their sizes follow from them."""


@pytest.mark.parametrize("name", SHAPES)
def test_the_size_is_that_of_the_architecture_on_the_card(name):
    config = AutoConfig.for_model(**SHAPES[name])
    kind = AutoModelForMaskedLM if config.model_type in ENCODERS else AutoModelForCausalLM
    with torch.device("meta"):
        weights = sum(weight.numel() for weight in kind.from_config(config).parameters())
    assert listed(name).parameters == pytest.approx(weights, rel=0.01)
    assert (config.model_type in ENCODERS) == listed(name).reads_only
    assert config.model_type in ENCODERS or config.model_type in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES


def test_every_entry_is_complete_and_named_once():
    assert len({model.id for model in MODELS}) == len(MODELS)
    for model in MODELS:
        assert model.id.count("/") == 1
        assert model.licence
        assert model.good_at.endswith(".")
        assert model.context_tokens >= 256


def test_memory_is_computed_from_size_and_tuning():
    """A billion weights: as they are read where they stand still, four float32 numbers where trained."""
    for held in (2, 4):
        needs = {
            name: least_bytes(10**9, tuning, held_bytes=held) - PROGRAM_BYTES
            for name, tuning in TUNINGS.items()
        }
        assert needs.pop("full") == 16 * 10**9
        assert set(needs.values()) == {held * 10**9}


@pytest.mark.parametrize("name", list(TUNINGS))
def test_what_is_read_from_the_files_fits_in_what_is_promised(name, tiny_source):
    found = forecast_memory(tiny_source, RunConfig("d", "1", tuning=name), longest_tokens=128)
    held = choose_device().torch_dtype.itemsize
    promised = least_bytes(count_parameters(tiny_source), TUNINGS[name], held_bytes=held)
    assert found.program + found.loading <= promised <= found.total


def test_a_model_that_is_not_listed_is_refused():
    with pytest.raises(Refused, match="'a/b' is not on the list"):
        listed("a/b")
