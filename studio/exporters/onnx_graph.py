"""The graph of a model: its computation traced once with sizes left open, and translated to ONNX.

What is traced is one pass without a cache: tokens and mask `(B, T)` in, raw scores out.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch.export import Dim, ExportedProgram
from transformers import PreTrainedModel

from studio.core.errors import StudioError
from studio.core.system import memory
from studio.core.words import size

ROWS, LENGTH = 2, 7
"""Of what is traced: neither is 1, which would be taken for a size that never changes."""
ONE_FILE_BYTES = 1_000_000_000
MORE_COPIES = {True: 3, False: 1}
"""Of the weights, beside the model's own: those that simplifying turns round, and two to write one file."""
OPEN = {0: Dim.DYNAMIC, 1: Dim.DYNAMIC}


class _Scores(torch.nn.Module):
    """A model as its graph has it."""

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        return self.model(input_ids=input_ids, attention_mask=attention_mask).logits


def write_graph(model: PreTrainedModel, file: Path, go_on: Callable[[], None]) -> None:
    """Write the graph with its weights; large ones stand in a second file, as ONNX wants it from 2 GB on.

    Changes the model's configuration. `go_on` is asked between the stages: tracing, translating, simplifying.
    It may answer questions with other models, which must not be traced. Raises StudioError.
    """
    held = sum(weight.numel() * weight.element_size() for weight in model.parameters())
    one_file = held <= ONE_FILE_BYTES
    _check_memory(held * MORE_COPIES[one_file])
    model.config.use_cache = False
    traced = _traced(model)
    go_on()
    with _quiet():
        translated = _translated(traced)
        go_on()
        translated.optimize()
    go_on()
    _forget_where_it_was_made(translated)
    rows, length = translated.model.graph.inputs[0].shape
    translated.rename_axes({rows: "rows", length: "tokens"})
    translated.save(file, external_data=not one_file)


def _check_memory(needed: int) -> None:
    free = memory().available_bytes
    if needed > free:
        raise StudioError(
            f"Making the ONNX file needs {size(needed)} of memory more, and {size(free)} are free.",
            "Close other programs, or take the whole model instead.",
        )


def _traced(model: PreTrainedModel) -> ExportedProgram:
    ids = torch.ones(ROWS, LENGTH, dtype=torch.long)
    mask = torch.ones_like(ids)
    mask[-1, -1] = 0  # so that a mask that leaves out nothing is not taken for granted
    given = {"input_ids": ids, "attention_mask": mask}
    with torch.no_grad(), _told_plainly():
        return torch.export.export(
            _Scores(model),
            (),
            kwargs=given,
            dynamic_shapes=dict.fromkeys(given, OPEN),
            strict=False,
        )


def _translated(traced: ExportedProgram) -> torch.onnx.ONNXProgram:
    with _told_plainly():
        found = torch.onnx.export(traced, output_names=["logits"], dynamo=True, optimize=False, verbose=False)
    assert found is not None
    return found


def _forget_where_it_was_made(translated: torch.onnx.ONNXProgram) -> None:
    """Take out the lines of source, with paths of this machine, that each step was traced from."""
    graph = translated.model.graph
    for part in (*graph.all_nodes(), *graph.initializers.values()):
        part.metadata_props.clear()


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Tell of a computation that has no form in ONNX: tracing and translating raise nothing else."""
    try:
        yield
    except RuntimeError as error:
        why = str(error).strip().partition("\n")[0]
        raise StudioError(
            f"This model's way of computing cannot be written as ONNX: {why}",
            "Nothing was published. Take the whole model instead.",
        ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Translating warns of a library for pictures that is not installed and not needed."""
    speaker = logging.getLogger("torch.onnx._internal.exporter._registration")
    before = speaker.level
    speaker.setLevel(logging.ERROR)
    try:
        yield
    finally:
        speaker.setLevel(before)
