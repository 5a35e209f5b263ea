"""What can be chosen for a run, and the run description that a choice makes."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from studio.core.config import DataSettings, Optimisation, RunConfig, read_config
from studio.core.errors import Refused
from studio.core.knobs import Knob, KnobValue, from_dict, knobs, to_dict
from studio.core.recipes import RECIPES
from studio.core.report import DatasetReport
from studio.core.texts import checked_text
from studio.data.inspect import training_refusal
from studio.engine.objectives import objective_named
from studio.engine.sources import resolve, source_here
from studio.engine.starter import starter_is_ready
from studio.engine.tunings import tuning_named
from studio.services import hub_data, uploads
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


@dataclass(frozen=True)
class Choice:
    """What a person chose on the Method step or on the command line. `knobs` come after the recipe."""

    recipe: str = "balanced"
    model: str = "starter"
    objective: str = "chat"
    tuning: str = "lora"
    knobs: Mapping[str, KnobValue] = field(default_factory=dict)


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

    Raises Refused where rows may be longer than that model reads.
    """
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
    check_trainable(folder, version, choice.objective)
    _refuse_unknown_recipe(choice)
    tuning = tuning_named(choice.tuning)
    values = {
        **RECIPES[choice.recipe].knobs,
        "learning_rate": tuning.LEARNING_RATE,
        **choice.knobs,
    }
    return RunConfig(
        dataset=dataset,
        dataset_version=version,
        model=checked_text(choice.model, "The name of the model", MODEL_LENGTH),
        objective=choice.objective,
        tuning=choice.tuning,
        recipe=choice.recipe,
        knobs=complete(choice.objective, choice.tuning, values),
    )


def _refuse_unknown_recipe(choice: Choice) -> None:
    if choice.recipe not in RECIPES:
        raise Refused(f"There is no recipe named {choice.recipe!r}.", f"Known: {', '.join(RECIPES)}.")


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


def parts(objective: str, tuning: str) -> tuple[type, ...]:
    """Return the config dataclasses that apply. Raises Refused on an unknown name."""
    return DataSettings, Optimisation, objective_named(objective).Config, tuning_named(tuning).Config


def known_knobs(objective: str, tuning: str) -> dict[str, Knob]:
    """Return every knob that applies by name; names are unique across all configs."""
    return {knob.name: knob for part in parts(objective, tuning) for knob in knobs(part)}


def complete(objective: str, tuning: str, values: Mapping[str, KnobValue]) -> dict[str, KnobValue]:
    """Return a value for every knob: defaults where `values` has none. Raises Refused with all problems."""
    known = known_knobs(objective, tuning)
    wrong = [f"There is no setting named {name!r}." for name in values if name not in known]
    found: dict[str, KnobValue] = {}
    for part in parts(objective, tuning):
        own = {knob.name: values[knob.name] for knob in knobs(part) if knob.name in values}
        try:
            found.update(to_dict(from_dict(part, own)))
        except Refused as error:
            wrong.append(error.message)
    if wrong:
        raise Refused(" ".join(wrong), f"Known settings: {', '.join(known)}.")
    return found


def check_trainable(folder: DatasetFolder, version: str, objective: str) -> DatasetReport:
    """Return the report. Raises Refused where the records are not of a kind that can be learned so."""
    report = folder.report(version)
    if (refusal := training_refusal(report)) is not None:
        raise refusal
    first = folder.records(version, most=1)[0].record
    if not objective_named(objective).accepts(first):
        raise Refused(f"These rows cannot be learned as {objective!r}.", "Choose another objective.")
    return report


def read_choice(
    chosen: Mapping[str, str], settings: Mapping[str, str], before: Choice | None = None
) -> Choice:
    """Return a choice as it is typed: `settings` as text, the recipe among them.

    Raises Refused with every problem. `before` is what stands unless something else is chosen.
    """
    texts = dict(settings)
    recipe = {"recipe": texts.pop("recipe")} if "recipe" in texts else {}
    choice = replace(before or Choice(), **chosen, **recipe)
    _refuse_unknown_recipe(choice)
    known = known_knobs(choice.objective, choice.tuning)
    wrong = [f"There is no setting named {name!r}." for name in texts if name not in known]
    read: dict[str, KnobValue] = {}
    for name, text in texts.items():
        try:
            read |= {name: known[name].parse(text)} if name in known else {}
        except Refused as error:
            wrong.append(error.message)
    if wrong:
        raise Refused(" ".join(wrong), f"Known settings: recipe, {', '.join(known)}.")
    return replace(choice, knobs={**choice.knobs, **read})


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


def knobs_like(config: RunConfig, objective: str, tuning: str) -> dict[str, KnobValue]:
    """Return the settings of an earlier run that apply here too; another tuning brings its own rate."""
    known = known_knobs(objective, tuning)
    own_rate = {"learning_rate"} if tuning != config.tuning else set()
    return {name: value for name, value in config.knobs.items() if name in known.keys() - own_rate}


def choice_of(config: RunConfig) -> Choice:
    """Return the choice that led to a run description."""
    return Choice(config.recipe, config.model, config.objective, config.tuning, config.knobs)
