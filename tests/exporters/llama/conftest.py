"""Small models of the families that llama.cpp knows, and tokenizers of both its kinds."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

from tests.exporters.conftest import TinyRun

SIZES = {
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 512,
}
FAMILIES = {
    "Llama": SIZES,
    "Mistral": {**SIZES, "sliding_window": None},
    "Qwen2": SIZES,
    "Qwen3": {**SIZES, "head_dim": 128},
    "Gemma2": {**SIZES, "head_dim": 256, "sliding_window": 256},
    # The sixth layer is the first that sees everything, and llama.cpp ends where there is none.
    "Gemma3Text": {**SIZES, "head_dim": 256, "sliding_window": 256, "num_hidden_layers": 6},
    "Phi3": {**SIZES, "sliding_window": None, "original_max_position_embeddings": 512},
    "GPT2": {"n_embd": 64, "n_layer": 2, "n_head": 4},
}
SPECIAL = ("<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>")
TEXTS = ("What colour is number 3?", "A line.\nAnother  with 12 gaps, and ümlauts – 漢字 🙂.")


@pytest.fixture(scope="session")
def sentence_piece() -> PreTrainedTokenizerBase:
    """A tokenizer as Llama 2 and Mistral have: pieces of words, a mark for the space, bytes for the rest."""
    pieces = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    pieces.pre_tokenizer = pre_tokenizers.Metaspace("▁", prepend_scheme="first", split=False)
    single = [f"<0x{number:02X}>" for number in range(256)]
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=[*SPECIAL, *single], show_progress=False, limit_alphabet=40
    )
    pieces.train_from_iterator(["What colour is number three", "which number is red or blue"] * 4, trainer)
    document = json.loads(pieces.to_str())
    document["added_tokens"] = [each for each in document["added_tokens"] if each["id"] < len(SPECIAL)]
    whole = Tokenizer.from_str(json.dumps(document))
    whole.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=whole, unk_token="<unk>", bos_token="<s>", eos_token="</s>", pad_token="</s>"
    )
    tokenizer.add_special_tokens({"additional_special_tokens": list(SPECIAL[3:])})
    return tokenizer


@pytest.fixture(scope="session")
def byte_pairs(tiny_tokenizer: PreTrainedTokenizerBase) -> PreTrainedTokenizerBase:
    """The tiny tokenizer with a few merges: llama.cpp takes no tokenizer that never joins two letters."""
    document = json.loads(tiny_tokenizer.backend_tokenizer.to_str())
    vocabulary, merges = document["model"]["vocab"], []
    for pair in ("i s", "Ġ c", "Ġc o", "n u", "Ġ nu", "e r", "l o", "u r"):
        merges.append(pair)
        vocabulary[pair.replace(" ", "")] = len(vocabulary)
    document["model"]["merges"] = merges
    names = {
        name: getattr(tiny_tokenizer, name) for name in ("bos_token", "eos_token", "pad_token", "unk_token")
    }
    whole = PreTrainedTokenizerFast(tokenizer_object=Tokenizer.from_str(json.dumps(document)), **names)
    whole.chat_template = tiny_tokenizer.chat_template
    return whole


@pytest.fixture(scope="session")
def family_folder(
    tmp_path_factory: pytest.TempPathFactory, byte_pairs: PreTrainedTokenizerBase
) -> Callable[[str], Path]:
    """Make the folder of a small random model of a family, with bytes, some merges, and ChatML."""

    def make(family: str) -> Path:
        folder = tmp_path_factory.mktemp(family) / "model"
        config = getattr(transformers, f"{family}Config")(
            vocab_size=len(byte_pairs), bos_token_id=1, eos_token_id=2, pad_token_id=2, **FAMILIES[family]
        )
        config.initializer_range = 0.15  # at the usual 0.02 so narrow a head could not tell tokens apart
        with torch.random.fork_rng():
            torch.manual_seed(0)
            transformers.AutoModelForCausalLM.from_config(config).save_pretrained(folder)
        byte_pairs.save_pretrained(folder)
        return folder

    return make


@pytest.fixture(scope="session")
def llama_folder(family_folder: Callable[[str], Path]) -> Path:
    return family_folder("Llama")


@pytest.fixture(scope="session")
def llama_run(llama_folder: Path, train_one: Callable[..., TinyRun]) -> TinyRun:
    """A run that an adapter was tuned in."""
    return train_one(llama_folder, tuning="lora")
