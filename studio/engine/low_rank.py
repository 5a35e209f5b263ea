"""LoRA's projection in one hand-written step: the same result as peft's, in half the work around it.

peft lifts every input to the adapter's float32, multiplies there, adds and rounds back; autograd keeps each
of these copies. Here the adapter is rounded to the input's precision instead (it is a few kilobytes), its
master copy and its gradient stay float32, and only the input and the thin product are kept for the way back.
"""

from collections.abc import Callable
from typing import Any

import torch
from peft.tuners.lora import Linear
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable

from studio.engine.four_bit import FourBitLinear


class LowRankProduct(torch.autograd.Function):
    """x W^T + bias + scale * (x A^T) B^T, with W and bias frozen. Source: arXiv:2106.09685, equation 3.

    W is asked for on both ways instead of kept: where it is held in 4 bits it is unpacked for each.
    """

    @staticmethod
    def forward(
        ctx: FunctionCtx,
        x: Tensor,  # (..., in)
        frozen: tuple[Callable[[], Tensor], Tensor | None],  # W (out, in) and bias (out) or None
        down: Tensor,  # A (rank, in)
        up: Tensor,  # B (out, rank)
        scale: float,
    ) -> Tensor:  # (..., out)
        read, bias = frozen
        weight = read()
        down_here, up_here = down.to(x.dtype), (up * scale).to(x.dtype)
        rows = x.reshape(-1, x.shape[-1])  # (N, in)
        thin = rows @ down_here.t()  # (N, rank)
        # Made in its final shape: a view would forbid the sums in place that some families do behind it.
        result = x.new_empty(*x.shape[:-1], weight.shape[0])
        flat = result.view(-1, weight.shape[0])  # (N, out)
        if bias is None:
            torch.mm(rows, weight.t(), out=flat)
        else:
            torch.addmm(bias, rows, weight.t(), out=flat)
        flat.addmm_(thin, up_here.t())
        ctx.save_for_backward(rows, down_here, up_here, thin)
        ctx.scale, ctx.read = scale, read
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, upstream: Tensor) -> tuple[Tensor | None, None, Tensor, Tensor, None]:
        rows, down_here, up_here, thin = ctx.saved_tensors
        shape = upstream.shape[:-1]
        upstream = upstream.reshape(-1, upstream.shape[-1])  # (N, out)
        through_up = upstream @ up_here  # (N, rank); the scale is in up_here
        to_x = None
        if ctx.needs_input_grad[0]:
            to_x = (upstream @ ctx.read()).addmm_(through_up, down_here).view(*shape, -1)
        to_down = (through_up.t() @ rows).float()
        to_up = (upstream.t() @ thin).float().mul_(ctx.scale)
        return to_x, None, to_down, to_up, None


class LowRankLinear(Linear):
    """peft's own LoRA layer, names, merging and switching off included, with a faster way through it."""

    def forward(self, x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        name = self.active_adapters[0] if len(self.active_adapters) == 1 else None
        if args or kwargs or self.disable_adapters or self.merged or name not in self.lora_A:
            return super().forward(x, *args, **kwargs)
        if name in self.lora_variant:  # DoRA: its length of each column needs the whole product
            return super().forward(x)
        if self.training and not isinstance(self.lora_dropout[name], nn.Identity):
            return super().forward(x)
        return LowRankProduct.apply(
            x,
            (self._frozen(x.dtype), self.base_layer.bias),
            self.lora_A[name].weight,
            self.lora_B[name].weight,
            self.scaling[name],
        )

    def _frozen(self, dtype: torch.dtype) -> Callable[[], Tensor]:
        base = self.base_layer
        if isinstance(base, FourBitLinear):
            return lambda: base.unpacked(dtype)
        return lambda: base.weight
