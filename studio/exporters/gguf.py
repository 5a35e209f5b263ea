"""Export one file for llama.cpp, Ollama and LM Studio: weights, tokenizer and chat template in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.config import RunConfig
from studio.core.knobs import knob
from studio.engine.objectives import objective_named
from studio.exporters import merged
from studio.exporters.job import Amounts, ExportJob
from studio.exporters.sizes import CARD_BYTES

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from studio.exporters.job import Parity

TITLE = "One file for Ollama and llama.cpp (GGUF)"
SUMMARY = "The whole model in one GGUF file, rounded as far as you like, with what Ollama needs beside it."
SOURCE = "the file format of llama.cpp (ggml, docs/gguf.md)"
HAS_WEIGHTS = True
LIBRARY = "gguf"
RELATION = "quantized"  # as the hub calls what such files are to their base
NEEDS_BASE = False
FILE = "model.gguf"

BITS = {
    "f16": 16.0,
    "q8_0": 8.5,
    "q6_k": 6.6,
    "q5_k_m": 5.7,
    "q5_0": 5.5,
    "q4_k_m": 4.9,
    "q4_0": 4.5,
}
"""About how many bits a weight takes in each form of numbers, its share of the scales included."""


@dataclass(frozen=True)
class Config:
    gguf_type: str = knob(
        "q8_0",
        label="Bits for each number of the model",
        technical="quantisation",
        choices=tuple(BITS),
        help="The digit is the bits. 16 round almost nothing; 8 halve the file and are hard to tell from it; "
        "the fewer, the more answers change, most of all in a small model. Names with k are written by "
        "llama.cpp itself, where it is installed. What changed is measured before you get the file.",
        source="llama.cpp, tools/quantize",
    )


def refusal(config: RunConfig) -> str:
    """Return why this run cannot become such a file; "" where it can."""
    if objective_named(config.objective).HEAD != "language":
        return "The file is for models that write; one that sorts or judges is taken as the whole model."
    return merged.refusal(config)


def form_of(job: ExportJob) -> str:
    """Return the form of numbers that was asked for."""
    settings = job.settings if isinstance(job.settings, Config) else Config()
    return settings.gguf_type


def expected_bytes(amounts: Amounts, settings: Config) -> int:
    """Return about how large the file will be; while llama.cpp rounds it, one of 16 bits lies beside it."""
    return round(BITS[settings.gguf_type] / 8 * amounts.all_parameters) + amounts.tokenizer_bytes + CARD_BYTES


def scratch_bytes(amounts: Amounts, settings: Config) -> int:
    """Return what lies beside the file while it is made: a form with a k is rounded from one of 16 bits."""
    return 2 * amounts.all_parameters if "_k" in settings.gguf_type else 0


def fill(
    job: ExportJob,
    folder: Path,
    *,
    progress: Callable[[int, int, str], None],
    should_stop: Callable[[], bool],
) -> Parity:
    """Write the folder and compare it with the studio's model. Raises Stopped: `job` knows `should_stop`."""
    from studio.exporters.llama.filling import fill as filled  # torch: not before the first page

    return filled(job, folder, progress)


def load(job: ExportJob, folder: Path) -> PreTrainedModel:
    """Load the file in float32 as a stranger would, with plain transformers."""
    import torch  # heavy: not before the first page
    from transformers import AutoModelForCausalLM, GgufConfig

    return AutoModelForCausalLM.from_pretrained(
        folder,
        gguf_file=FILE,
        dtype=torch.float32,
        quantization_config=GgufConfig(dequantize=True),
        trust_remote_code=False,
        local_files_only=True,
    )


def serving(job: ExportJob) -> str:
    """Return the section of the model card on how others run the file."""
    return (
        "## How to run it\n\nWith [Ollama](https://ollama.com), from this folder:\n\n```sh\n"
        "ollama create my-model -f Modelfile\nollama run my-model\n```\n\n"
        "With [llama.cpp](https://github.com/ggml-org/llama.cpp), as a server in OpenAI's form:\n\n```sh\n"
        f"llama-server -m {FILE} --jinja\n```\n\nLM Studio and other programs on llama.cpp open the file "
        "as it is. The studio does not run Ollama; what read the file is told under *Checked after export*."
    )


def how_to_load(job: ExportJob) -> str:
    """Return the Python lines for the model card."""
    return (
        "import torch\n"
        "from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig\n\n"
        f'folder, file = ".", "{FILE}"  # this folder\n'
        "model = AutoModelForCausalLM.from_pretrained(\n"
        "    folder, gguf_file=file, dtype=torch.float32, quantization_config=GgufConfig(dequantize=True)\n"
        ")\n"
        "tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=file)\n"
    )
