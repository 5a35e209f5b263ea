"""A short list of models that are known to tune well here: facts from their cards, nothing measured by us.

Sizes are of all weights, in millions. Each fact's source is the model's card, https://huggingface.co/<id>.
What a model needs is computed from its size and the way of tuning, never typed in. Importable without torch.
"""

from dataclasses import dataclass
from types import ModuleType

from studio.core.errors import Refused
from studio.engine.tunings import qlora

PROGRAM_BYTES = 700_000_000
"""Python, PyTorch and transformers before a model is loaded, measured on Linux."""
HALF, FOUR_BIT, TRAINED = 2.0, 0.5625, 16.0
"""Bytes of a weight: frozen in 16 bits; frozen in 4 with a scale for 64 (arXiv:2305.14314, section 3); and
trained in float32 with its gradient and both moments of AdamW (arXiv:1711.05101)."""


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

    @property
    def card(self) -> str:
        return f"https://huggingface.co/{self.id}"


SMALL_CHAT = "Quick on a laptop; short answers in English."
MODELS: tuple[Listed, ...] = (
    Listed("HuggingFaceTB/SmolLM2-135M-Instruct", "SmolLM2 135M", 135, "Apache-2.0", 8192, SMALL_CHAT),
    Listed("HuggingFaceTB/SmolLM2-360M-Instruct", "SmolLM2 360M", 362, "Apache-2.0", 8192, SMALL_CHAT),
    Listed(
        "HuggingFaceTB/SmolLM2-1.7B-Instruct", "SmolLM2 1.7B", 1711, "Apache-2.0", 8192,
        "Answers and rewrites in English, well for its size.",
    ),
    Listed(
        "HuggingFaceTB/SmolLM3-3B", "SmolLM3 3B", 3075, "Apache-2.0", 65536,
        "Answers in six European languages; long texts.",
    ),
    Listed(
        "Qwen/Qwen2.5-0.5B-Instruct", "Qwen2.5 0.5B", 494, "Apache-2.0", 32768,
        "Small, and at home in many languages.",
    ),
    Listed(
        "Qwen/Qwen2.5-1.5B-Instruct", "Qwen2.5 1.5B", 1544, "Apache-2.0", 32768,
        "Many languages, tables and code.",
    ),
    Listed(
        "Qwen/Qwen3-0.6B", "Qwen3 0.6B", 596, "Apache-2.0", 32768,
        "Over a hundred languages; can think aloud.",
    ),
    Listed(
        "Qwen/Qwen3-1.7B", "Qwen3 1.7B", 1721, "Apache-2.0", 32768,
        "Over a hundred languages; reasoning for its size.",
    ),
    Listed(
        "Qwen/Qwen3-4B", "Qwen3 4B", 4022, "Apache-2.0", 32768,
        "Over a hundred languages; the strongest here that a small graphics card holds.",
    ),
    Listed(
        "meta-llama/Llama-3.2-1B-Instruct", "Llama 3.2 1B", 1236, "llama3.2", 131072,
        "Answers in eight languages; widely used.", asks=True,
    ),
    Listed(
        "meta-llama/Llama-3.2-3B-Instruct", "Llama 3.2 3B", 3213, "llama3.2", 131072,
        "Answers in eight languages; summaries of long texts.", asks=True,
    ),
    Listed(
        "google/gemma-3-270m-it", "Gemma 3 270M", 268, "gemma", 32768,
        "Made to be tuned for one narrow task.", asks=True,
    ),
    Listed(
        "google/gemma-3-1b-it", "Gemma 3 1B", 1000, "gemma", 32768, "Answers in many languages.", asks=True
    ),
    Listed(
        "mistralai/Mistral-7B-Instruct-v0.3", "Mistral 7B", 7248, "Apache-2.0", 32768,
        "Careful answers in English; for a graphics card.", asks=True,
    ),
    Listed(
        "microsoft/Phi-3.5-mini-instruct", "Phi 3.5 mini", 3821, "MIT", 131072,
        "Reasoning, mathematics and code.",
    ),
    Listed(
        "tiiuae/falcon-7b-instruct", "Falcon 7B", 7217, "Apache-2.0", 2048, "An older chat model in English."
    ),
    Listed(
        "openai-community/gpt2", "GPT-2", 124, "MIT", 1024, "Continues plain English texts; knows no chat."
    ),
    Listed(
        "sentence-transformers/all-MiniLM-L6-v2", "MiniLM L6", 23, "Apache-2.0", 512,
        "Sorts short English texts in no time.", reads_only=True,
    ),
    Listed(
        "distilbert/distilbert-base-uncased", "DistilBERT", 67, "Apache-2.0", 512,
        "Sorts English texts; nearly as good as BERT in half the time.", reads_only=True,
    ),
    Listed(
        "google-bert/bert-base-uncased", "BERT base", 110, "Apache-2.0", 512,
        "Sorts English texts; the classic.", reads_only=True,
    ),
    Listed(
        "FacebookAI/roberta-base", "RoBERTa base", 125, "MIT", 512,
        "Sorts English texts, often best of its size.", reads_only=True,
    ),
)  # fmt: skip


def least_bytes(parameters: int, tuning: ModuleType) -> int:
    """Return the memory a run needs at the very least: the weights as they are held, and the program.

    What a batch takes comes on top and depends on its length; the forecast of the chosen model knows it.
    """
    each = TRAINED if not tuning.FROZEN_BASE else FOUR_BIT if tuning is qlora else HALF
    return PROGRAM_BYTES + round(parameters * each)


def listed(name: str) -> Listed:
    """Return the model of this hub id. Raises Refused where the list has none."""
    found = next((model for model in MODELS if model.id == name), None)
    if found is None:
        raise Refused(f"{name!r} is not on the list.", "Type its name in the field beside it.")
    return found
