"""Export the whole model as ONNX: one graph that programs without Python run, checked with onnxruntime."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.config import DataSettings, RunConfig
from studio.data.templates import ChatTemplate
from studio.engine.objectives import objective_named
from studio.engine.tunings import tuning_named
from studio.exporters.job import Amounts, ExportJob
from studio.exporters.sizes import BYTES_A_WEIGHT, CARD_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from transformers import PreTrainedModel

    from studio.exporters.onnx_answers import OnnxModel
    from studio.exporters.parity import Answered

TITLE = "Whole model as a graph (ONNX)"
SUMMARY = (
    "One graph that programs in C++, C#, Java or JavaScript can run. Right for labels and scores; "
    "slow at writing, since it reads everything again for each new word (no KV cache)."
)
SOURCE = "onnx.ai; the documentation of torch.onnx"
HAS_WEIGHTS = True
LIBRARY = "onnx"
NEEDS_BASE = False
FILE = "model.onnx"
PACKAGES = ("onnx", "onnxscript", "onnxruntime")
GRAPH_BYTES = 100_000
"""The steps beside the weights: 9 kB a layer, 270 kB of the starter model."""


@dataclass(frozen=True)
class Config:
    """No settings of its own."""


def refusal(config: RunConfig) -> str:
    """Return which packages are not installed; "" where all are. A graph holds whatever was learned."""
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if not missing:
        return ""
    return (
        f"This form needs {' and '.join(missing)}, which the studio does not bring along. Install what is "
        f"missing, then start it again: pip install {' '.join(missing)}"
    )


def expected_bytes(amounts: Amounts, settings: Config) -> int:
    """Return about how large the files will be: all weights in float32, and the graph."""
    return BYTES_A_WEIGHT * amounts.all_parameters + GRAPH_BYTES + amounts.tokenizer_bytes + CARD_BYTES


def write(model: PreTrainedModel, job: ExportJob, folder: Path) -> None:
    """Write the graph with its weights in float32, what was learned merged where it can be. Consumes `model`.

    Raises Stopped between its stages, StudioError where the model's way of computing has no form in ONNX.
    """
    from studio.exporters.onnx_graph import write_graph  # torch: not before the first page

    tuning = tuning_named(job.config.tuning)
    whole = (tuning.merged(model) if tuning.MERGES else model).float().cpu().eval()
    whole.config.save_pretrained(folder)
    write_graph(whole, folder / FILE, job.go_on)


def load(job: ExportJob, folder: Path) -> OnnxModel:
    """Open the file as a program without transformers would."""
    from studio.exporters.onnx_answers import OnnxModel  # onnxruntime: not before the first page

    return OnnxModel(folder / FILE)


def answers(
    model: OnnxModel,
    prompts: Sequence[Sequence[int]],
    ends: Sequence[int],
    should_stop: Callable[[], bool],
) -> list[Answered] | None:
    """Ask the file as parity asks a model of transformers; None where it was stopped."""
    from studio.exporters import onnx_answers  # onnxruntime: not before the first page

    return onnx_answers.answers(model, prompts, ends, should_stop)


def how_to_load(job: ExportJob) -> str:
    """Return the Python lines for the model card."""
    objective, length = objective_named(job.config.objective), job.config.part(DataSettings).max_length
    if objective.HEAD == "classes":
        return f"import json\n\n{_OPEN}{_SORTS.format(length=length)}"
    if objective.HEAD == "reward":
        return f"{_OPEN}{_JUDGES}"
    from studio.engine.models import load_tokenizer  # torch: not before the first page

    ends = ChatTemplate(load_tokenizer(job.source)).stop_ids
    writes = _WRITES.replace("ENDS", repr(ends))
    return f"import numpy\n{_OPEN}{_ASKS if objective.CHAT else _GOES_ON}{writes}"


_OPEN = """import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # else it reports to Microsoft
import onnxruntime
from transformers import AutoTokenizer

session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])
tokenizer = AutoTokenizer.from_pretrained(".")  # this folder
"""
_SORTS = """labels = json.load(open("config.json", encoding="utf-8"))["id2label"]
read = tokenizer(["A text"], truncation=True, max_length={length}, return_tensors="np")
given = {{"input_ids": read["input_ids"], "attention_mask": read["attention_mask"]}}
scores = session.run(["logits"], given)[0]  # a score for each label, the highest is meant
print([labels[str(best)] for best in scores.argmax(-1)])
"""
_JUDGES = """turns = [{"role": "user", "content": "A question?"}, {"role": "assistant", "content": "Yes."}]
read = tokenizer.apply_chat_template(turns, return_dict=True, return_tensors="np")
given = {"input_ids": read["input_ids"], "attention_mask": read["attention_mask"]}
reward = session.run(["logits"], given)[0][0, 0]  # the higher, the better; only differences mean something
"""
_ASKS = """turns = [{"role": "user", "content": "A question"}]
read = tokenizer.apply_chat_template(
    turns, add_generation_prompt=True, return_dict=True, return_tensors="np"
)
"""
_GOES_ON = 'read = tokenizer("How the text begins", return_tensors="np")\n'
_WRITES = """ids = read["input_ids"]
begin = ids.shape[1]
for _ in range(100):  # new tokens; each reads everything before it again
    given = {"input_ids": ids, "attention_mask": numpy.ones_like(ids)}
    scores = session.run(["logits"], given)[0]  # (1, tokens, vocabulary)
    ids = numpy.append(ids, scores[:, -1:].argmax(-1), axis=1)
    if ids[0, -1] in ENDS:  # the end of a text, or of a turn
        break
print(tokenizer.decode(ids[0, begin:], skip_special_tokens=True))
"""
