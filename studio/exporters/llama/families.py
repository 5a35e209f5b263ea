"""The families that can be handed over as GGUF: what each one's numbers and weights are in llama.cpp.

Only what transformers also reads out of such a file stands here: nothing is handed over unread.
Source: llama.cpp, conversion/ (MIT), and transformers, modeling_gguf_pytorch_utils.py, which undoes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gguf import MODEL_ARCH, GGUFWriter

from studio.core.errors import Refused

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedConfig

Turn = Callable[[str, "torch.Tensor", "PreTrainedConfig"], "torch.Tensor"]


@dataclass(frozen=True)
class Family:
    """`turn` is what llama.cpp wants done to a weight of this name; `more` writes what only it has.

    `granted` is what stands in no file: who reads one takes it for granted.
    """

    architecture: MODEL_ARCH
    turn: Turn
    more: Callable[[GGUFWriter, PreTrainedConfig], None] = lambda writer, config: None
    granted: Mapping[str, object] = field(default_factory=dict)


def family_of(config: PreTrainedConfig) -> Family:
    """Return the family of a model. Raises Refused where its file could not be written or not be checked."""
    found = FAMILIES.get(config.model_type)
    if found is None:
        raise Refused(
            f"A model of the kind {config.model_type!r} cannot be written as a GGUF file here.",
            f"Choose the whole model. GGUF is known of: {', '.join(FAMILIES)}.",
        )
    other = [name for name, value in found.granted.items() if getattr(config, name, value) != value]
    if other:
        raise Refused(
            f"This model's {other[0]} is {getattr(config, other[0])}, and whoever reads a GGUF file of its "
            f"kind takes {found.granted[other[0]]} for granted.",
            "Choose the whole model.",
        )
    if (scaling := _scaling(config)) != "default":
        raise Refused(
            f"This model stretches its positions ({scaling!r} rope scaling), and a GGUF file with that "
            "cannot be read again to check it.",
            "Choose the whole model.",
        )
    if (share := _rope(config).get("partial_rotary_factor", 1.0)) != 1.0:
        raise Refused(
            f"This model turns only {share:g} of each head by position, and a GGUF file with that cannot be "
            "read again to check it.",
            "Choose the whole model.",
        )
    return found


def describe(writer: GGUFWriter, config: PreTrainedConfig) -> None:
    """Write the numbers of a model under llama.cpp's names."""
    hidden, heads = config.hidden_size, config.num_attention_heads
    writer.add_vocab_size(config.vocab_size)
    writer.add_context_length(context_of(config))
    writer.add_embedding_length(hidden)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(getattr(config, "intermediate_size", None) or 4 * hidden)
    writer.add_head_count(heads)
    writer.add_head_count_kv(getattr(config, "num_key_value_heads", None) or heads)
    if (epsilon := getattr(config, "rms_norm_eps", None)) is not None:
        writer.add_layer_norm_rms_eps(epsilon)
    if (epsilon := getattr(config, "layer_norm_epsilon", None)) is not None:
        writer.add_layer_norm_eps(epsilon)
    if rope := _rope(config):
        size = getattr(config, "head_dim", None) or hidden // heads
        writer.add_rope_freq_base(rope["rope_theta"])
        writer.add_rope_dimension_count(size)
        writer.add_key_length(size)
        writer.add_value_length(size)
    family_of(config).more(writer, config)


def context_of(config: PreTrainedConfig) -> int:
    """Return how far back the model reads; a window that llama.cpp leaves out for its family ends it, too."""
    window = getattr(config, "sliding_window", None)
    if window and config.model_type not in ("gemma2", "gemma3_text", "phi3"):
        return min(config.max_position_embeddings, window)
    return config.max_position_embeddings


def _rope(config: PreTrainedConfig) -> dict[str, Any]:
    """Return the settings of the rotary positions; of the layers that see everything, where two differ."""
    found = getattr(config, "rope_parameters", None) or {}
    return found.get("full_attention", found)


def _scaling(config: PreTrainedConfig) -> str:
    return str(_rope(config).get("rope_type", "default"))


def _as_it_is(name: str, weight: torch.Tensor, config: PreTrainedConfig) -> torch.Tensor:
    return weight


def _interleaved(name: str, weight: torch.Tensor, config: PreTrainedConfig) -> torch.Tensor:
    """Put the rows of queries and keys in pairs: there a head turns neighbours, here its two halves."""
    if not name.endswith(("q_proj.weight", "k_proj.weight", "q_proj.bias", "k_proj.bias")):
        return weight
    heads = config.num_attention_heads if ".q_proj." in name else config.num_key_value_heads
    halves = weight.reshape(heads, 2, weight.shape[0] // heads // 2, *weight.shape[1:])
    return halves.swapaxes(1, 2).reshape(weight.shape)


def _one_more(name: str, weight: torch.Tensor, config: PreTrainedConfig) -> torch.Tensor:
    """Gemma's norms scale by one more than their weight; llama.cpp scales by the weight."""
    return weight + 1 if name.endswith("norm.weight") else weight


def _transposed(name: str, weight: torch.Tensor, config: PreTrainedConfig) -> torch.Tensor:
    """GPT-2 keeps its projections as (in, out)."""
    return weight.T if name.endswith(("c_attn.weight", "c_proj.weight", "c_fc.weight")) else weight


def _windows(writer: GGUFWriter, config: PreTrainedConfig) -> None:
    writer.add_sliding_window(getattr(config, "sliding_window", None) or 0)


def _gemma2(writer: GGUFWriter, config: PreTrainedConfig) -> None:
    _windows(writer, config)
    writer.add_attn_logit_softcapping(config.attn_logit_softcapping)
    writer.add_final_logit_softcapping(config.final_logit_softcapping)


def _phi3(writer: GGUFWriter, config: PreTrainedConfig) -> None:
    _windows(writer, config)
    writer.add_rope_scaling_orig_ctx_len(config.original_max_position_embeddings)


FAMILIES: dict[str, Family] = {
    "llama": Family(MODEL_ARCH.LLAMA, _interleaved, granted={"attention_bias": False, "mlp_bias": False}),
    "mistral": Family(MODEL_ARCH.LLAMA, _interleaved),
    "qwen2": Family(MODEL_ARCH.QWEN2, _as_it_is),
    "qwen3": Family(MODEL_ARCH.QWEN3, _as_it_is, granted={"head_dim": 128, "attention_bias": False}),
    "gemma2": Family(MODEL_ARCH.GEMMA2, _one_more, _gemma2, granted={"query_pre_attn_scalar": 256}),
    "gemma3_text": Family(MODEL_ARCH.GEMMA3, _one_more, _windows, granted={"query_pre_attn_scalar": 256}),
    "phi3": Family(MODEL_ARCH.PHI3, _as_it_is, _phi3),
    "gpt2": Family(MODEL_ARCH.GPT2, _transposed, granted={"n_inner": None, "n_positions": 1024}),
}
