"""Attention of a short causal sequence on a processor, as plain matrix products: what training steps run.

PyTorch's own kernel for processors takes 7.7 to 17 ms forward and back where this takes 2.4 to 11 (512
tokens, 9 heads, bfloat16, two cores: `python -m benchmarks.attention`). It keeps the probabilities for the
way back, which grow with the square of the length: longer sequences go to PyTorch's kernel.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable
from transformers import AttentionInterface, PreTrainedModel
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import AttentionMaskInterface, sdpa_mask

NAME = "studio_products"
LONGEST = 768
"""At 1,024 tokens both take the same time, and PyTorch's kernel less memory."""


class CausalProducts(torch.autograd.Function):
    """softmax(scale * Q K^T + causal mask) V. Source: arXiv:1706.03762, equation 1.

    Heads that share a key (arXiv:2305.13245) are stacked into one taller matrix, so that no key is copied.
    The softmax adds in float32 whatever the precision; the way back is FlashAttention's (arXiv:2205.14135,
    algorithm 4): the row sums of dP * P are those of dO * O.
    """

    @staticmethod
    def forward(
        ctx: FunctionCtx,
        query: Tensor,  # (B, heads, T, D)
        key: Tensor,  # (B, groups, T, D)
        value: Tensor,  # (B, groups, T, D)
        scale: float,
    ) -> Tensor:  # (B, heads, T, D)
        batch, heads, length, width = query.shape
        groups = key.shape[1]
        stacked = (query * scale).reshape(batch * groups, -1, width)  # (B * groups, heads / groups * T, D)
        keys, values = key.reshape(-1, length, width), value.reshape(-1, length, width)
        scores = torch.bmm(stacked, keys.transpose(1, 2)).view(-1, heads // groups, length, length)
        later = torch.ones(length, length, dtype=torch.bool, device=query.device).triu(1)
        weights = scores.masked_fill_(later, float("-inf")).softmax(-1).view(-1, stacked.shape[1], length)
        result = torch.bmm(weights, values)
        ctx.save_for_backward(stacked, keys, values, weights, result)
        ctx.scale, ctx.shapes = scale, (query.shape, key.shape)
        return result.view(query.shape)

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, upstream: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        stacked, keys, values, weights, result = ctx.saved_tensors
        query_shape, key_shape = ctx.shapes
        upstream = upstream.reshape(stacked.shape)
        to_values = torch.bmm(weights.transpose(1, 2), upstream)
        to_weights = torch.bmm(upstream, values.transpose(1, 2))
        row_sums = (upstream.float() * result.float()).sum(-1, keepdim=True).to(weights.dtype)
        to_scores = to_weights.sub_(row_sums).mul_(weights)
        to_query = torch.bmm(to_scores, keys).mul_(ctx.scale).view(query_shape)
        to_keys = torch.bmm(to_scores.transpose(1, 2), stacked)
        return to_query, to_keys.view(key_shape), to_values.view(key_shape), None


def attend(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    **options: Any,
) -> tuple[Tensor, None]:
    """Answer transformers' call for attention; whatever is no plain short causal sequence goes to PyTorch.

    Takes (B, heads, T, D) and returns (B, T, heads, D), as transformers' own functions do.
    """
    plain = {"dropout", "scaling", "is_causal", "position_ids", "use_cache", "sliding_window"} >= {
        name for name, given in options.items() if given is not None
    }
    causal = attention_mask is None and _is_causal(module, options) and query.shape[2] == key.shape[2]
    if not (plain and causal) or query.shape[2] > LONGEST or options.get("dropout"):
        return sdpa_attention_forward(module, query, key, value, attention_mask, **options)
    scaling = options.get("scaling") or query.shape[-1] ** -0.5
    return CausalProducts.apply(query, key, value, scaling).transpose(1, 2).contiguous(), None


def _is_causal(module: nn.Module, options: dict[str, Any]) -> bool:
    given = options.get("is_causal")
    return bool(getattr(module, "is_causal", True) if given is None else given)


def use_products(model: PreTrainedModel) -> None:
    """Let a model on a processor attend this way where it would use PyTorch's kernel. Mutates it."""
    if model.config._attn_implementation != "sdpa":
        return
    AttentionInterface.register(NAME, attend)
    AttentionMaskInterface.register(NAME, sdpa_mask)
    model.set_attn_implementation(NAME)
