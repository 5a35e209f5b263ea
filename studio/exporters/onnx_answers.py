"""The answers of an ONNX file, run by onnxruntime alone: what the parity test compares.

The first token of two prompts comes out of one batch, filled up at the right; all else is asked one by one.
So other lengths than the traced one, several rows at once and the mask are all in the comparison.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy
import onnxruntime
import torch

from studio.exporters.parity import NEW_TOKENS, Answered

TOGETHER = 2
"""Prompts in the batch. The scores of all tokens come out, so more of them would take much memory."""
FILLED_UP = 3
"""Places that are masked even in the longest row of the batch."""


class OnnxModel:
    """A file of ONNX, opened. A model that sorts finds the end of a row by the token that fills it up."""

    def __init__(self, file: Path) -> None:
        self._session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
        config = json.loads((file.parent / "config.json").read_text(encoding="utf-8"))
        self._fills = (config.get("text_config") or config).get("pad_token_id") or 0

    def scores(self, prompts: Sequence[Sequence[int]], *, filled_up: int = 0) -> list[torch.Tensor]:
        """Return each row's scores at its last token, or its scores of the labels, as one vector each."""
        width = max(map(len, prompts)) + filled_up
        ids = numpy.full((len(prompts), width), self._fills, dtype=numpy.int64)
        mask = numpy.zeros_like(ids)
        for row, prompt in enumerate(prompts):
            ids[row, : len(prompt)] = prompt
            mask[row, : len(prompt)] = 1
        (found,) = self._session.run(["logits"], {"input_ids": ids, "attention_mask": mask})
        rows = enumerate(prompts)
        last = [found[row] if found.ndim == 2 else found[row, len(prompt) - 1] for row, prompt in rows]
        return [torch.from_numpy(each).float() for each in last]


def answers(
    model: OnnxModel,
    prompts: Sequence[Sequence[int]],
    ends: Sequence[int],
    should_stop: Callable[[], bool],
) -> list[Answered] | None:
    """Answer each prompt greedily; without `ends`, with its label alone. None where it was stopped."""
    shortest = sorted(range(len(prompts)), key=lambda at: len(prompts[at]))[:TOGETHER]
    begun = model.scores([prompts[at] for at in shortest], filled_up=FILLED_UP)
    first = dict(zip(shortest, begun, strict=True))
    found = []
    for at, prompt in enumerate(prompts):
        rows = [first[at] if at in first else model.scores([prompt])[0]]
        tokens = [int(rows[-1].argmax())]
        while ends and tokens[-1] not in ends and len(tokens) < NEW_TOKENS:
            if should_stop():
                return None
            rows += model.scores([[*prompt, *tokens]])
            tokens.append(int(rows[-1].argmax()))
        found.append(Answered(tuple(tokens), torch.stack(rows)))
    return None if should_stop() else found
