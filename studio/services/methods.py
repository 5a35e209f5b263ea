"""What can be chosen for a run, and the run description that a choice makes."""

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from studio.core.config import RunConfig, read_config
from studio.core.errors import Refused
from studio.core.recipes import RECIPES
from studio.core.texts import checked_text
from studio.data.inspect import training_refusal
from studio.engine.objectives import OBJECTIVES, learns_from_reward, objective_named, objectives_for
from studio.engine.rewarding import Rewards
from studio.engine.sources import resolve, source_here
from studio.engine.starter import starter_is_ready
from studio.engine.step_size import usual_rate
from studio.services import hub_data, uploads
from studio.services.choices import Choice, complete, refuse_unknown_recipe
from studio.services.packages import IMPORTING
from studio.services.views import ModelChoice
from studio.store.datasets import DatasetFolder
from studio.store.files import readable
from studio.store.home import Home
from studio.store.runs import RunFolder

MODEL_LENGTH = 1000
LARGEST_DESCRIPTION = 1_000_000
STARTER = ModelChoice(
    id="starter",
    title="SmolLM2-135M-Instruct",
    parameters=134_515_008,
    licence="Apache-2.0",
    summary="Small and quick; learns on a laptop without a graphics card. Comes with the studio.",
    ready=True,
)


def models(home: Home) -> tuple[ModelChoice, ...]:
    """Return the starter and every other model that a run of this home used."""
    starter = ModelChoice(**{**vars(STARTER), "ready": starter_is_ready()})
    described, _ = readable(home.runs.all(), RunFolder.config)  # the list of runs tells of the damaged ones
    used = sorted({config.model for _, config in described} - {"starter"})
    return (starter, *(ModelChoice(name, name, 0, "", "Used in an earlier run.", True) for name in used))


def check_model(model: str, revision: str) -> str:
    """Fetch what is missing of a model; return its commit, which stays what it is when a branch moves.

    Raises Refused in plain words where it cannot be had. The starter and folders have no commit: "".
    """
    model = checked_text(model, "The name of the model", MODEL_LENGTH)
    if model == "starter" and starter_is_ready():
        return ""
    return resolve(model, revision, progress=_quiet).revision


def _quiet(text: str) -> None:
    """The caller shows its own sign of life; the refusal carries what went wrong."""


def settled(config: RunConfig) -> RunConfig:
    """Return the description with the commit of the model as it lies here, so that it can be repeated.

    Raises Refused where rows may be longer than that model reads, and where nothing says what an answer is
    worth that is to be learned by its reward.
    """
    if learns_from_reward(config.objective):
        Rewards.of(config.part(objective_named(config.objective).Config))
    source = source_here(config.model, config.revision)
    if source is None:  # the worker fetches it, and checks it then
        return config
    with IMPORTING:
        from studio.engine.preparation import check_length  # torch: not before the first page

    check_length(config, source)
    return replace(config, revision=source.revision or config.revision)


def plan(home: Home, dataset: str, choice: Choice) -> RunConfig:
    """Return the run description. Raises Refused with every problem at once."""
    folder = home.datasets.folder(dataset)
    version = folder.meta().version
    objective = learned_as(folder, version, choice.objective)
    refuse_unknown_recipe(choice)
    values = {
        **RECIPES[choice.recipe].knobs,
        "learning_rate": usual_rate(objective, choice.tuning, choice.recipe),
        **choice.knobs,
    }
    return RunConfig(
        dataset=dataset,
        dataset_version=version,
        model=checked_text(choice.model, "The name of the model", MODEL_LENGTH),
        objective=objective,
        tuning=choice.tuning,
        recipe=choice.recipe,
        knobs=complete(objective, choice.tuning, values),
    )


def plan_file(
    home: Home, place: Path, choice: Choice, *, mapping: Mapping[str, str] | None = None
) -> RunConfig:
    """Add a file, or a data set of the hub by its address, and return the run description.

    One that cannot be trained on is refused and not kept.
    """
    before = {folder.id for folder in home.datasets.all()}
    with hub_data.named(place, mapping) as (path, arrival):
        added = uploads.add(home, path, arrival)
    try:
        return plan(home, added, choice)
    except Refused:
        if added not in before:
            home.datasets.delete(added)
        raise


def repeat(home: Home, described: RunConfig, choice: Choice, *, beside: Path) -> RunConfig:
    """Return a run description anew: for the data set version that it names, or for a file beside it."""
    revision = revision_of(described, choice)
    file = beside / described.dataset
    if os.path.isfile(file):  # Path.is_file would raise on a name that is too long
        return replace(plan_file(home, file, choice), revision=revision)
    config = replace(plan(home, described.dataset, choice), revision=revision)
    if described.dataset_version:
        home.datasets.folder(described.dataset).version(described.dataset_version)
        config = replace(config, dataset_version=described.dataset_version)
    return config


def revision_of(described: RunConfig | None, choice: Choice) -> str:
    """Return the commit that a description names, where its model still is the one chosen."""
    return described.revision if described and choice.model == described.model else ""


def learned_as(folder: DatasetFolder, version: str, objective: str) -> str:
    """Return the objective, the usual one for such rows where none is chosen.

    Raises Refused where the rows cannot be learned from, or not so.
    """
    if (refusal := training_refusal(folder.report(version))) is not None:
        raise refusal
    fitting = objectives_for(folder.records(version, most=1)[0].record)
    if not objective:
        return fitting[0]
    objective_named(objective)
    if objective not in fitting:
        known = ", ".join(f"{name} ({OBJECTIVES[name].TITLE})" for name in fitting)
        raise Refused(f"These rows cannot be learned as {objective!r}.", f"What they can be: {known}.")
    return objective


def read_description(path: Path) -> RunConfig | None:
    """Return the run description that a file holds; None where it is anything else, a table of rows say."""
    if path.suffix.lower() != ".json" or hub_data.is_address(str(path)):
        return None
    if path.stat().st_size > LARGEST_DESCRIPTION:
        return None
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or not isinstance(document.get("dataset"), str):
        return None
    return read_config({"dataset_version": "", **document})
