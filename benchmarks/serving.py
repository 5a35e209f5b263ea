"""Many people, many add-ons, one model: what the server makes of it.

    python -m benchmarks.serving [--tokens 64]

LoRA add-ons (rank 16, all projections) with random weights on the starter: tokens a second of one client and
of eight at once through the server's decoder, with one add-on and with eight different ones; what it costs
that the next answer is of another add-on; the memory of the process with one add-on and with 32.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Sequence

import torch

from benchmarks.ground import machine
from studio.core.records import Message
from studio.core.system import prepare_process, process_memory_bytes
from studio.data.templates import ChatTemplate
from studio.data.tokens import encode_prompt
from studio.engine.decoding import Decoder, Seat
from studio.engine.models import load_tokenizer
from studio.engine.served import base_shelf
from studio.engine.shelf import Shelf
from studio.engine.sources import resolve
from studio.engine.tunings import lora

QUESTIONS = (
    "How do I change the wallpaper of my desktop?",
    "What is a virtual private network good for?",
    "My printer does nothing. What can I try?",
    "How can I make the text on the screen larger?",
    "Where do I see how full the disk is?",
    "How do I add a second keyboard layout?",
    "Can the computer lock itself when I leave?",
    "How do I share a folder with a colleague?",
)
MANY, ROUNDS = 32, 5


def main() -> None:
    reader = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    reader.add_argument("--tokens", type=int, default=64)
    asked = reader.parse_args()
    prepare_process()
    source = resolve("starter")
    template = ChatTemplate(load_tokenizer(source))
    prompts = [encode_prompt([Message("user", question)], template) for question in QUESTIONS]
    shelf = base_shelf(source)
    shapes = {name: (tensor.shape, tensor.dtype) for name, tensor in _add_on(source).items()}
    _put(shelf, shapes, 1)
    answered(shelf, prompts[:1], ["0"], 8)  # the first products prepare what the later ones use
    with_one = process_memory_bytes()
    alone = statistics.mean(answered(shelf, [prompt], ["0"], asked.tokens) for prompt in prompts)
    same = answered(shelf, prompts, ["0"] * 8, asked.tokens)
    _put(shelf, shapes, MANY)
    different = answered(shelf, prompts, [str(place) for place in range(8)], asked.tokens)
    print(f"{machine()}; {asked.tokens} tokens an answer\n")
    print(f"one client: {alone:.0f} tokens/s")
    print(f"eight clients, one add-on: {same:.0f} tokens/s, {same / alone:.1f} times")
    print(f"eight clients, eight add-ons: {different:.0f} tokens/s, {different / alone:.1f} times")
    print(f"another add-on for the next answer: {switched(shelf, prompts[0]) * 1000:.1f} ms more")
    with_many = process_memory_bytes()
    print(f"memory with one add-on {with_one / 1e9:.2f} GB, with {MANY} {with_many / 1e9:.2f} GB: ", end="")
    print(f"{with_many / with_one:.2f} times; an add-on takes {shelf.bytes() / MANY / 1e6:.1f} MB")


def answered(shelf: Shelf, prompts: Sequence[list[int]], names: Sequence[str], tokens: int) -> float:
    """Return the tokens a second of answers of this length to all prompts at once, reading them included."""
    decoder, began = Decoder(shelf), time.perf_counter()
    decoder.join([Seat(prompt, _taking(tokens), name) for prompt, name in zip(prompts, names, strict=True)])
    while len(decoder):
        decoder.step()
    return len(prompts) * tokens / (time.perf_counter() - began)


def _taking(tokens: int) -> Callable[[int], bool]:
    left = iter(range(tokens - 1, -1, -1))
    return lambda token: next(left) > 0


def switched(shelf: Shelf, prompt: list[int]) -> float:
    """Return how much longer the first token takes with another add-on than with the same again, seconds."""

    def first_token(name: str) -> float:
        began = time.perf_counter()
        Decoder(shelf).join([Seat(prompt, _taking(1), name)])
        return time.perf_counter() - began

    first_token("0")
    again = statistics.median(first_token("0") for _ in range(ROUNDS))
    another = statistics.median(first_token(str(place)) for place in range(1, ROUNDS + 1))
    return another - again


def _add_on(source: object) -> dict[str, torch.Tensor]:
    from studio.engine.models import load_model

    return lora.state(lora.apply(load_model(source, dtype=torch.bfloat16, device="cpu"), lora.Config()))


def _put(shelf: Shelf, shapes: dict[str, tuple[torch.Size, torch.dtype]], count: int) -> None:
    """Put random add-ons on the shelf until there are so many."""
    torch.manual_seed(0)
    for place in range(len(shelf.names()) - 1, count):
        weights = {name: torch.randn(shape, dtype=dtype) * 0.01 for name, (shape, dtype) in shapes.items()}
        shelf.add(str(place), weights, lora.scale(lora.Config()))


if __name__ == "__main__":
    main()
