"""What is known of a run, gathered from its folder and its data set: for the report, the card and exports."""

from pathlib import Path

from studio.core.errors import Refused, StudioError
from studio.core.probe import Probe
from studio.core.progress import fold
from studio.core.report import DatasetReport
from studio.engine.sources import ModelSource
from studio.exporters import licences
from studio.exporters.facts import DatasetFacts, RunFacts, VotesTold
from studio.services import exams, probes, votes_view
from studio.services.comparisons import Questions
from studio.services.dividing import first_held_out
from studio.services.views_of_votes import VotesView
from studio.store import feedback
from studio.store.foreseen import foreseen_of
from studio.store.home import Home
from studio.store.runs import RunFolder


def gather(home: Home, folder: RunFolder, questions: Questions | None = None) -> RunFacts:
    """Return the facts of a run in whatever state it is. Reads files only, never a model.

    `questions`: those that were typed in this process; one that nobody voted on yet keeps the voting open.
    """
    config, meta, story = folder.config(), folder.meta(), fold(folder.read()[0])
    findings, lost = _findings(home, config.dataset, config.dataset_version)
    probe, probe_lost = _probe(folder)
    votes, votes_lost = _votes(home, questions or Questions(), folder.id)
    first = first_held_out(folder)
    return RunFacts(
        config=config,
        dataset=DatasetFacts(
            meta.dataset_name,
            config.dataset_version,
            meta.dataset_format,
            meta.dataset_licence,
            meta.cleaning,
            meta.records_hash,
            meta.dataset_hub_id,
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
        probe=probe,
        probe_lost=probe_lost,
        votes=votes,
        votes_lost=votes_lost,
        foreseen=foreseen_of(folder.path),
        base=base_of(folder),
        environment=folder.environment(),
        held_out_by="" if first is None else "user" if first.part == "held_out" else "seed",
    )


def _probe(folder: RunFolder) -> tuple[Probe | None, str]:
    """Return the newest probe, or why it cannot be told: a damaged one keeps nobody from his model."""
    try:
        return probes.newest(folder), ""
    except StudioError as error:
        return None, f"{probes.FILE} in the run's folder is damaged. {error.hint}"


def _votes(home: Home, questions: Questions, run: str) -> tuple[VotesTold | None, str]:
    """Return how the blind voting fell, or why it cannot be told; neither where nobody voted."""
    try:
        found = votes_view.view(home, questions, run)
    except Refused as error:
        return None, error.message
    except StudioError as error:
        return None, f"{feedback.FILE} in the data set's folder cannot be read. {error.hint}"
    return (_told(found) if found is not None and found.voted else None), ""


def _told(found: VotesView) -> VotesTold:
    return VotesTold(
        questions=found.questions,
        voted=found.voted,
        ended=found.shown,
        counted=found.counted,
        won=found.won,
        verdict=found.verdict,
        agreement=found.metrics,
        identical=found.identical,
    )


def base_of(folder: RunFolder) -> ModelSource | None:
    """Return the base model as the run noted it; None before a worker has looked at it."""
    known = folder.source()
    if known is None:
        return None
    return ModelSource(known.model, Path(known.model), known.revision, known.weights_hash, known.licence)


def licence_warnings(home: Home, run: str) -> tuple[str, ...]:
    """Return what the licences of base and data forbid or ask of whoever hands a run on."""
    folder = home.runs.folder(run)
    base = base_of(folder)
    return licences.of_run(folder.config(), base.licence, folder.meta().dataset_licence) if base else ()


def _findings(home: Home, dataset: str, version: str) -> tuple[DatasetReport | None, str]:
    """Return the health report of the rows of a run; else why there is none: a run outlives its data set."""
    try:
        return home.datasets.folder(dataset).report(version), ""
    except StudioError as error:
        return None, error.message
