"""Linear projections whose frozen weights are held in 4 bits.

bitsandbytes packs and unpacks the numbers. Its own layer is not used: on a processor it lays the weights out
anew, in place, the first time it answers without gradients, and what trains or merges afterwards reads noise.
"""

from types import ModuleType

import torch
from torch import Tensor, nn
from torch.nn.functional import linear
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

from studio.core.errors import Refused
from studio.engine.layers import linear_names

BLOCK = 64
"""So many weights share one scale."""
BYTES_A_WEIGHT = 1 / 2 + 4 / BLOCK
KIND = "nf4"


class FourBitLinear(nn.Linear):
    """x W^T + bias with W in NormalFloat4, one float32 scale a block. Source: arXiv:2305.14314, section 3.

    W is packed on the processor from its 16-bit values, so that every machine and every precision it was
    loaded in give the same bits. `transposed`: the family keeps this projection as (in, out).
    """

    def __init__(self, base: nn.Linear | Conv1D) -> None:
        nn.Module.__init__(self)
        self.transposed = isinstance(base, Conv1D)
        weight = base.weight.t() if self.transposed else base.weight
        self.out_features, self.in_features = weight.shape
        packed, state = _library().quantize_4bit(
            weight.detach().to("cpu", torch.bfloat16).contiguous(), blocksize=BLOCK, quant_type=KIND
        )
        self.weight = nn.Parameter(packed.to(weight.device), requires_grad=False)  # uint8
        self.scales = nn.Parameter(state.absmax.to(weight.device), requires_grad=False)  # float32
        self.bias = None if base.bias is None else nn.Parameter(base.bias.detach(), requires_grad=False)

    def unpacked(self, dtype: torch.dtype) -> Tensor:
        """Return W (out, in): the very values that take part, in `dtype`."""
        shape = torch.Size((self.out_features, self.in_features))
        state = _library().QuantState(self.scales, shape, blocksize=BLOCK, quant_type=KIND, dtype=dtype)
        return _library().dequantize_4bit(self.weight, state)

    def forward(self, x: Tensor) -> Tensor:
        return linear(x, self.unpacked(x.dtype), self.bias)

    def plain(self) -> nn.Linear:
        """Return an ordinary projection in float32 with the very weights that take part here."""
        weight = self.unpacked(torch.float32)
        made = nn.Linear(self.in_features, self.out_features, bias=self.bias is not None, device="meta")
        made.weight = nn.Parameter(weight, requires_grad=False)
        made.bias = None if self.bias is None else nn.Parameter(self.bias.float(), requires_grad=False)
        return made


def quantise(model: PreTrainedModel) -> None:
    """Hold every linear projection of the body in 4 bits, one after the other. Mutates `model`.

    Raises Refused where bitsandbytes is not installed.
    """
    _library()
    for name in linear_names(model):
        model.set_submodule(name, FourBitLinear(model.get_submodule(name)))


def as_the_family_has_it(made: nn.Linear, *, transposed: bool) -> nn.Module:
    """Return the projection as the class of the model wants it, for its files."""
    if not transposed:
        return made
    kept = Conv1D(made.out_features, made.in_features)
    kept.weight = nn.Parameter(made.weight.t().contiguous(), requires_grad=False)
    kept.bias = made.bias
    return kept


def _library() -> ModuleType:
    try:
        from bitsandbytes import functional  # optional: the method `qlora` alone needs it
    except ImportError as error:
        raise Refused(
            "Training on a 4-bit model needs the package bitsandbytes, which is not installed.",
            "Install it with: pip install bitsandbytes",
        ) from error
    return functional
