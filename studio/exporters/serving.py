"""How an export answers many people: the command for vLLM, which stands in the card."""

import shlex
from types import ModuleType

from studio.engine.objectives import objective_named
from studio.engine.tunings import lora
from studio.exporters.job import ExportJob
from studio.exporters.origin import Origin

READ_BY_VLLM = ("peft", "transformers")
RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
"""What vLLM takes for the largest rank of an add-on."""
NOT_RUN = "The studio checks these files with `transformers`, not with vLLM."


def section(exporter: ModuleType, job: ExportJob, origin: Origin) -> tuple[str, ...]:
    """Return a section of the card, in a tuple; none where vLLM has no way to serve what this is.

    An exporter whose files other programs serve has `serving`, which says how.
    """
    if hasattr(exporter, "serving"):
        return (exporter.serving(job),)
    command = _command(exporter, job, origin)
    if not command:
        return ()
    return (
        "## How to serve it to many people\n\nWith [vLLM](https://docs.vllm.ai), from this folder:\n\n"
        f"```sh\n{command}\n```\n\n{NOT_RUN}",
    )


def _command(exporter: ModuleType, job: ExportJob, origin: Origin) -> str:
    config = job.config
    if objective_named(config.objective).HEAD != "language" or exporter.LIBRARY not in READ_BY_VLLM:
        return ""
    if not exporter.NEEDS_BASE:
        return "vllm serve ."
    if config.tuning != "lora" or config.part(lora.Config).dora:
        return ""
    rank = min((each for each in RANKS if each >= config.part(lora.Config).rank), default=RANKS[-1])
    base = shlex.quote(origin.loads_elsewhere)  # the very one, also where the hub has a relative of it
    command = f"vllm serve {base} --enable-lora --max-lora-rank {rank} --lora-modules tuned=."
    return f"{command} --revision {origin.revision}" if origin.revision else command
