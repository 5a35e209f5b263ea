"""What a person chose of a run's settings, in the knobs' own types: on the screen, or typed as text."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from studio.core.config import DataSettings, Optimisation, RunConfig
from studio.core.errors import Refused
from studio.core.knobs import Knob, KnobValue, from_dict, knobs, to_dict
from studio.core.recipes import RECIPES
from studio.engine.objectives import OBJECTIVES, objective_named
from studio.engine.tunings import tuning_named


@dataclass(frozen=True)
class Choice:
    """What a person chose on the Method step or on the command line. `knobs` come after the recipe.

    `objective` is "" where it is left to the kind of rows.
    """

    recipe: str = "balanced"
    model: str = "starter"
    objective: str = ""
    tuning: str = "lora"
    knobs: Mapping[str, KnobValue] = field(default_factory=dict)


def read_choice(
    chosen: Mapping[str, str], settings: Mapping[str, str], before: Choice | None = None
) -> Choice:
    """Return a choice as it is typed: `settings` as text, the recipe among them.

    Raises Refused with every problem. `before` is what stands unless something else is chosen.
    """
    texts = dict(settings)
    recipe = {"recipe": texts.pop("recipe")} if "recipe" in texts else {}
    choice = replace(before or Choice(), **chosen, **recipe)
    refuse_unknown_recipe(choice)
    if "objective" in chosen:
        objective_named(choice.objective)  # an empty name is no choice
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


def refuse_unknown_recipe(choice: Choice) -> None:
    """Raise Refused where the recipe is none."""
    if choice.recipe not in RECIPES:
        raise Refused(f"There is no recipe named {choice.recipe!r}.", f"Known: {', '.join(RECIPES)}.")


def parts(objective: str, tuning: str) -> tuple[type, ...]:
    """Return the config dataclasses that apply, those of every objective where "" leaves it to the rows.

    Raises Refused on an unknown name.
    """
    learned = [objective_named(objective)] if objective else OBJECTIVES.values()
    return DataSettings, Optimisation, *(each.Config for each in learned), tuning_named(tuning).Config


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


def knobs_like(config: RunConfig, objective: str, tuning: str) -> dict[str, KnobValue]:
    """Return the settings of an earlier run that apply here too; what is learned otherwise, or by another
    tuning, brings its own rate."""
    known = known_knobs(objective, tuning)
    own_rate = set() if (objective, tuning) == (config.objective, config.tuning) else {"learning_rate"}
    return {name: value for name, value in config.knobs.items() if name in known.keys() - own_rate}


def choice_of(config: RunConfig) -> Choice:
    """Return the choice that led to a run description."""
    return Choice(config.recipe, config.model, config.objective, config.tuning, config.knobs)
