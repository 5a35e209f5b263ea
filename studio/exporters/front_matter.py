"""The YAML block at the top of a model card, which the hub reads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from types import ModuleType

from studio.exporters import licences
from studio.exporters.job import ExportJob
from studio.exporters.origin import origin_of


def front_matter(exporter: ModuleType, job: ExportJob, *, library: str) -> str:
    """Return the block. Strings are JSON, which is YAML for any content.

    An exporter of neither an adapter nor a whole model says in RELATION what its files are to the base.
    """
    origin, task = origin_of(job.source), "text-classification" if job.source.labels else "text-generation"
    relation = getattr(exporter, "RELATION", "adapter" if exporter.NEEDS_BASE else "finetune")
    base = (f"base_model: {json.dumps(origin.hub_id)}", f"base_model_relation: {relation}")
    return block(
        (
            *licences.front_matter(job.source.licence),
            *(base if origin.hub_id else ()),
            *datasets(job),
            f"library_name: {library}",
            f"pipeline_tag: {task}",
            *listed("tags", ("fine-tuning-studio", job.config.objective, job.config.tuning)),
        )
    )


def block(lines: Iterable[str]) -> str:
    return "---\n" + "\n".join(lines) + "\n---"


def listed(name: str, values: Iterable[str]) -> tuple[str, ...]:
    """Return the lines of a list."""
    return (f"{name}:", *(f"- {json.dumps(value)}" for value in values))


def datasets(job: ExportJob) -> tuple[str, ...]:
    """Return the lines that name the data on the hub; none where it is not from there."""
    return listed("datasets", (job.dataset.hub_id,)) if job.dataset.hub_id else ()
