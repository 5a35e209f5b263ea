"""What a run can be handed over as, in the order of the screen (path: evaluation -> *export*).

To add a kind: a file and a line below. A kind with weights (HAS_WEIGHTS) has TITLE, SUMMARY, SOURCE, Config,
LIBRARY, NEEDS_BASE, refusal, write, load (the way a stranger would load it) and how_to_load; one without has
the first four, refusal and write. One that holds another kind, or is compared in its own way, has `fill`
instead of what writes and loads. What plain transformers cannot load has `answers` besides: how it is asked.
One whose size sizes.py cannot tell has expected_bytes, one that writes more on the way has scratch_bytes.
Importing this needs no torch: forms read it.
"""

from types import ModuleType

from studio.core.errors import Refused
from studio.exporters import adapter, cluster, code, gguf, merged, onnx, predictions, report, space

EXPORTERS: dict[str, ModuleType] = {
    "adapter": adapter,
    "merged": merged,
    "gguf": gguf,
    "onnx": onnx,
    "space": space,
    "report": report,
    "predictions": predictions,
    "code": code,
    "cluster": cluster,
}


def exporter_named(kind: str) -> ModuleType:
    """Return the exporter of a kind. Raises Refused listing the known ones."""
    if kind not in EXPORTERS:
        raise Refused(f"There is no export named {kind!r}.", f"Known: {', '.join(EXPORTERS)}.")
    return EXPORTERS[kind]
