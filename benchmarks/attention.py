"""Attention forward and back on the processor: the studio's products beside PyTorch's kernel.

    python -m benchmarks.attention

The shapes are those of the starter model (9 heads on 3 shared keys of 64 numbers, bfloat16): 512 tokens in
rows of several lengths, and longer single rows. Milliseconds are the best of several rounds, taken in
turns.
"""

import os
import platform
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from studio.engine.attention import CausalProducts

SHAPES = ((8, 64), (4, 128), (2, 256), (1, 512), (1, 1024), (1, 1536))
HEADS, GROUPS, WIDTH = 9, 3, 64
ROUNDS, TIMES = 3, 10


def pytorch(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return F.scaled_dot_product_attention(query, key, value, is_causal=True, enable_gqa=True)


def products(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return CausalProducts.apply(query, key, value, WIDTH**-0.5)


def best_milliseconds(attend: Callable[..., Tensor], inputs: list[Tensor], upstream: Tensor) -> float:
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        attend(*inputs).backward(upstream)
        taken.append(time.perf_counter() - began)
    return 1000 * min(taken)


def main() -> None:
    torch.manual_seed(0)
    print(f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores\n")
    print("| rows x tokens | PyTorch, ms | products, ms |\n|---|---|---|")
    for rows, tokens in SHAPES:
        shapes = [(rows, heads, tokens, WIDTH) for heads in (HEADS, GROUPS, GROUPS)]
        inputs = [torch.randn(shape, dtype=torch.bfloat16, requires_grad=True) for shape in shapes]
        upstream = torch.randn(shapes[0], dtype=torch.bfloat16)
        best: dict[str, float] = {}
        for _ in range(ROUNDS):
            for attend in (pytorch, products):
                taken = best_milliseconds(attend, inputs, upstream)
                best[attend.__name__] = min(taken, best.get(attend.__name__, taken))
        print(f"| {rows} x {tokens} | {best['pytorch']:.1f} | {best['products']:.1f} |")


if __name__ == "__main__":
    main()
