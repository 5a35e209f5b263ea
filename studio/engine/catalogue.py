"""A short list of models of families that can be tuned here: facts from their makers, nothing measured by us.

Of these only SmolLM2 135M, the starter, was tuned here. Each fact's source is the model's card,
https://huggingface.co/<id>, its config.json there, or its maker's announcement; `good_at` says what they say.
Sizes are of all weights, in millions, those that layers share counted once. What a model needs is computed
from its size and the way of tuning, never typed in. Importable without torch.
"""

from dataclasses import dataclass
from types import ModuleType

from studio.core.errors import Refused

PROGRAM_BYTES = 700_000_000
"""Python, PyTorch and transformers before a model is loaded, measured on Linux."""
TRAINED = 16
"""Bytes of a weight trained in float32, with its gradient and both moments of AdamW (arXiv:1711.05101)."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A model on the hub. `asks`: its owner wants terms accepted there, signed in, before the first fetch."""

    id: str
    title: str
    millions: int
    licence: str
    context_tokens: int
    good_at: str
    asks: bool = False
    reads_only: bool = False

    @property
    def parameters(self) -> int:
        return self.millions * 1_000_000


SMALL_CHAT = "Chat in English; light enough to run on-device, its maker says."
QWEN3 = "Chat, with thinking aloud that can be switched off; its maker names over 100 languages."
LLAMA = "Chat in eight languages; its maker names dialogue, retrieval and summaries."
MODELS: tuple[Listed, ...] = (
    Listed("HuggingFaceTB/SmolLM2-135M-Instruct", "SmolLM2 135M", 135, "Apache-2.0", 8192, SMALL_CHAT),
    Listed("HuggingFaceTB/SmolLM2-360M-Instruct", "SmolLM2 360M", 362, "Apache-2.0", 8192, SMALL_CHAT),
    Listed(
        "HuggingFaceTB/SmolLM2-1.7B-Instruct", "SmolLM2 1.7B", 1711, "Apache-2.0", 8192,
        "Chat in English; its maker names rewriting, summaries and calls of functions.",
    ),
    Listed(
        "HuggingFaceTB/SmolLM3-3B", "SmolLM3 3B", 3075, "Apache-2.0", 65536,
        "Chat, with or without reasoning first; its maker names six European languages.",
    ),
    Listed(
        "Qwen/Qwen2.5-0.5B-Instruct", "Qwen2.5 0.5B", 494, "Apache-2.0", 32768,
        "Chat; its maker names over 29 languages.",
    ),
    Listed(
        "Qwen/Qwen2.5-1.5B-Instruct", "Qwen2.5 1.5B", 1544, "Apache-2.0", 32768,
        "Chat; its maker names over 29 languages, tables and code.",
    ),
    Listed("Qwen/Qwen3-0.6B", "Qwen3 0.6B", 596, "Apache-2.0", 32768, QWEN3),
    Listed("Qwen/Qwen3-1.7B", "Qwen3 1.7B", 1721, "Apache-2.0", 32768, QWEN3),
    Listed("Qwen/Qwen3-4B", "Qwen3 4B", 4022, "Apache-2.0", 32768, QWEN3),
    Listed(
        "meta-llama/Llama-3.2-1B-Instruct", "Llama 3.2 1B", 1236, "llama3.2", 131072, LLAMA, asks=True
    ),
    Listed(
        "meta-llama/Llama-3.2-3B-Instruct", "Llama 3.2 3B", 3213, "llama3.2", 131072, LLAMA, asks=True
    ),
    Listed(
        "google/gemma-3-270m-it", "Gemma 3 270M", 268, "gemma", 32768,
        "Follows instructions; designed to be tuned for one task, its maker says.", asks=True,
    ),
    Listed(
        "google/gemma-3-1b-it", "Gemma 3 1B", 1000, "gemma", 32768,
        "Chat in text alone; the larger Gemma 3 models also read pictures.", asks=True,
    ),
    Listed(
        "mistralai/Mistral-7B-Instruct-v0.3", "Mistral 7B", 7248, "Apache-2.0", 32768,
        "Follows instructions; its maker names calls of functions, and no languages.",
    ),
    Listed(
        "microsoft/Phi-3.5-mini-instruct", "Phi 3.5 mini", 3821, "MIT", 131072,
        "Chat; its maker names reasoning, mathematics and code, and 23 languages.",
    ),
    Listed(
        "tiiuae/falcon-7b-instruct", "Falcon 7B", 6922, "Apache-2.0", 2048,
        "Chat in English; to tune one's own chat its maker advises tiiuae/falcon-7b instead.",
    ),
    Listed(
        "openai-community/gpt2", "GPT-2", 124, "MIT", 1024, "Continues English texts; not tuned for chat."
    ),
    Listed(
        "sentence-transformers/all-MiniLM-L6-v2", "MiniLM L6", 23, "Apache-2.0", 256,
        "Reads English sentences and short paragraphs; made to compare and group them.", reads_only=True,
    ),
    Listed(
        "distilbert/distilbert-base-uncased", "DistilBERT", 67, "Apache-2.0", 512,
        "Reads English, blind to capitals; BERT base was its teacher. Made to be tuned.", reads_only=True,
    ),
    Listed(
        "google-bert/bert-base-uncased", "BERT base", 110, "Apache-2.0", 512,
        "Reads English, blind to capitals; made to be tuned, as for sorting texts.", reads_only=True,
    ),
    Listed(
        "FacebookAI/roberta-base", "RoBERTa base", 125, "MIT", 512,
        "Reads English, capitals included; made to be tuned, as for sorting texts.", reads_only=True,
    ),
)  # fmt: skip


def least_bytes(parameters: int, tuning: ModuleType, *, held_bytes: int) -> int:
    """Return the memory a run needs at the very least: the weights as they are read, and the program.

    A weight that stands still takes `held_bytes`, also one that is packed into fewer bits afterwards. What a
    batch takes comes on top and depends on its length; the forecast of the chosen model knows it.
    """
    return PROGRAM_BYTES + parameters * (held_bytes if tuning.FROZEN_BASE else TRAINED)


def listed(name: str) -> Listed:
    """Return the model of this hub id. Raises Refused where the list has none."""
    found = next((model for model in MODELS if model.id == name), None)
    if found is None:
        raise Refused(f"{name!r} is not on the list.", "Type its name in the field beside it.")
    return found
