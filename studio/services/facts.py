"""What is known of a run, gathered from its folder and its data set: for the report, the card and exports."""

from pathlib import Path

from studio.core.errors import StudioError
from studio.core.progress import fold
from studio.core.report import DatasetReport
from studio.engine.sources import ModelSource
from studio.exporters.facts import DatasetFacts, RunFacts, VotesTold
from studio.services import exams, probes, votes_view
from studio.services.comparisons import Questions
from studio.services.dividing import first_held_out
from studio.store.foreseen import foreseen_of
from studio.store.home import Home
from studio.store.runs import RunFolder


def gather(home: Home, folder: RunFolder) -> RunFacts:
    """Return the facts of a run in whatever state it is. Reads files only, never a model."""
    config, meta, story = folder.config(), folder.meta(), fold(folder.read()[0])
    findings, lost = _findings(home, config.dataset, config.dataset_version)
    first = first_held_out(folder)
    return RunFacts(
        config=config,
        dataset=DatasetFacts(
            meta.dataset_name,
            config.dataset_version,
            meta.dataset_format,
            meta.dataset_licence,
            meta.cleaning,
        ),
        exam=exams.newest(folder),
        run=folder.id,
        name=meta.name,
        notes=meta.notes,
        created_at=meta.created_at,
        status=story.status(home.live_worker()),
        step=folder.checkpoints.best_step(),
        story=story,
        findings=findings,
        findings_lost=lost,
        probe=probes.newest(folder),
        votes=_votes(home, folder.id) if findings is not None else None,
        foreseen=foreseen_of(folder.path),
        base=base_of(folder),
        environment=folder.environment(),
        held_out_by="" if first is None else "user" if first.part == "held_out" else "seed",
    )


def _votes(home: Home, run: str) -> VotesTold | None:
    """Return how the blind voting fell; None where nobody voted. Its votes lie with the data set."""
    found = votes_view.view(home, Questions(), run)
    if found is None or not found.voted:
        return None
    return VotesTold(
        questions=found.questions,
        voted=found.voted,
        ended=found.shown,
        counted=found.counted,
        won=found.won,
        verdict=found.verdict,
        agreement=found.metrics,
    )


def base_of(folder: RunFolder) -> ModelSource | None:
    """Return the base model as the run noted it; None before a worker has looked at it."""
    known = folder.source()
    if known is None:
        return None
    return ModelSource(known.model, Path(known.model), known.revision, known.weights_hash, known.licence)


def _findings(home: Home, dataset: str, version: str) -> tuple[DatasetReport | None, str]:
    """Return the health report of the rows of a run; else why there is none: a run outlives its data set."""
    try:
        return home.datasets.folder(dataset).report(version), ""
    except StudioError as error:
        return None, error.message
