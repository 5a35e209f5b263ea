"""What llama.cpp is asked, in a process of its own: it ends the whole process on what it does not expect.

Run by native.py as a file, with a job of JSON on its input; what it found goes to its output as JSON, logits
into a file of raw float32. Needs cyllama and nothing of the studio.
"""

import array
import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from cyllama.llama import llama_cpp


class Model(llama_cpp.LlamaModel):  # type: ignore[misc]
    """cyllama 0.2.18 asks its model for `n_vocab` when logits are read, and the model does not have it."""

    @property
    def n_vocab(self) -> int:
        return self.get_vocab().n_vocab


def quantise(source: str, target: str, form: int) -> dict[str, Any]:
    """Write a file of 16 bits with fewer."""
    wanted = llama_cpp.LlamaModelQuantizeParams()
    wanted.ftype = form
    llama_cpp.model_quantize(source, target, wanted)
    return {}


def read(
    file: str, texts: list[str], begin: bool, rows: list[tuple[list[int], list[int]]], logits: str
) -> dict[str, Any]:
    """Cut texts into tokens, and write what is thought to come next at the places of given answers."""
    wanted = llama_cpp.LlamaModelParams()
    wanted.n_gpu_layers = 0
    model = Model(file, wanted)
    cut = [model.get_vocab().tokenize(text, begin, True) for text in texts]
    room = llama_cpp.LlamaContextParams()
    room.n_ctx = room.n_batch = room.n_ubatch = max(len(prompt) + len(answer) for prompt, answer in rows)
    context = llama_cpp.LlamaContext(model, room)
    batch = llama_cpp.LlamaBatch(n_tokens=room.n_batch, embd=0, n_seq_max=1)
    with open(logits, "wb") as kept:
        for prompt, answer in rows:
            context.kv_cache_clear()
            for thought in _read(context, batch, [prompt, *([token] for token in answer[:-1])]):
                array.array("f", thought).tofile(kept)
    return {"tokens": cut, "vocabulary": model.n_vocab, "version": str(llama_cpp.ggml_commit())}


def _read(context: Any, batch: Any, steps: Sequence[Sequence[int]]) -> Iterator[list[float]]:
    """Yield what comes next after each step: the prompt at once, then token by token, as it answers."""
    place = 0
    for tokens in steps:
        batch.reset()
        for at, token in enumerate(tokens, start=1):
            batch.add(token, place, [0], at == len(tokens))
            place += 1
        context.decode(batch)
        yield context.get_logits()


if __name__ == "__main__":
    job = json.load(sys.stdin)
    llama_cpp.disable_logging()
    found = {"quantise": quantise, "read": read}[job.pop("do")](**job)
    json.dump(found, sys.stdout)
