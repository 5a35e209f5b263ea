"""The GGUF file, written a tensor at a time: never a second copy of the model in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from gguf import GGMLQuantizationType, GGUFWriter, LlamaFileType, TensorNameMap, get_tensor_name_map, quants
from gguf.constants import GGML_QUANT_SIZES, MODEL_ARCH_NAMES

from studio.exporters.llama.families import Family, describe, family_of
from studio.exporters.llama.vocabulary import Vocabulary, write_vocabulary

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from studio.exporters.job import ExportJob

FILE_TYPES = {
    "f16": LlamaFileType.MOSTLY_F16,
    "q8_0": LlamaFileType.MOSTLY_Q8_0,
    "q5_1": LlamaFileType.MOSTLY_Q5_1,
    "q5_0": LlamaFileType.MOSTLY_Q5_0,
    "q4_1": LlamaFileType.MOSTLY_Q4_1,
    "q4_0": LlamaFileType.MOSTLY_Q4_0,
}
"""The forms of numbers that the `gguf` package writes by itself."""
_OUTER = ("token_embd.weight", "output.weight")
_AS_THEY_ARE = ("position_embd.weight",)
"""llama.cpp reads learned places by row, which it does of 32 bits."""


def write_file(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    words: Vocabulary,
    job: ExportJob,
    path: Path,
    *,
    form: str,
) -> None:
    """Write a model in one of `FILE_TYPES`. Raises Stopped between two tensors where it is to stop."""
    config, family = model.config, family_of(model.config)
    writer = GGUFWriter(path, MODEL_ARCH_NAMES[family.architecture])
    try:
        writer.add_file_type(FILE_TYPES[form])
        writer.add_quantization_version(2)
        if job.source.licence:
            writer.add_license(job.source.licence)
        describe(writer, config)
        write_vocabulary(writer, words, tokenizer)
        if tokenizer.chat_template:
            writer.add_chat_template(tokenizer.get_chat_template())
        _write_tensors(writer, model, family, form, job.go_on)
    finally:
        writer.close()


def _write_tensors(
    writer: GGUFWriter, model: PreTrainedModel, family: Family, form: str, go_on: Callable[[], None]
) -> None:
    names = get_tensor_name_map(family.architecture, model.config.num_hidden_layers)
    kinds = {}
    for name, weight in _named(model, names):
        shape = family.turn(name[0], weight, model.config).shape
        kind = kinds[name] = _kind(name[1], tuple(shape), form)
        block, of_bytes = GGML_QUANT_SIZES[kind]
        size = shape.numel() // block * of_bytes
        writer.add_tensor_info(name[1], tuple(shape), np.dtype(np.float32), size, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for name, weight in _named(model, names):
        go_on()
        turned = family.turn(name[0], weight, model.config).contiguous().numpy()
        writer.write_tensor_data(quants.quantize(turned, kinds[name]))


def _named(model: PreTrainedModel, names: TensorNameMap) -> Iterator[tuple[tuple[str, str], torch.Tensor]]:
    """Yield each weight in float32, with its name here and there; tied ones once."""
    for name, weight in model.named_parameters():
        known = names.get_name(name, try_suffixes=(".weight", ".bias"))
        assert known is not None, f"llama.cpp has no name for {name}"
        yield (name, known), weight.detach().float().cpu()


def _kind(name: str, shape: tuple[int, ...], form: str) -> GGMLQuantizationType:
    """Return how one tensor is stored: norms and biases in full, the two outer tables in 8 bits at least.

    As llama.cpp does: these tables decide over every word. A row that is no multiple of a block keeps 16
    bits.
    """
    if len(shape) < 2 or name in _AS_THEY_ARE:
        return GGMLQuantizationType.F32
    wanted = GGMLQuantizationType["Q8_0" if name in _OUTER and form != "f16" else form.upper()]
    return wanted if shape[-1] % GGML_QUANT_SIZES[wanted][0] == 0 else GGMLQuantizationType.F16
