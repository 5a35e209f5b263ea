"""Everything a user chose for one run: with the dataset's hash and the code version it repeats the run."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from studio.core.errors import Refused
from studio.core.knobs import KnobValue, from_dict, knob, knobs

Part = TypeVar("Part")


@dataclass(frozen=True)
class DataSettings:
    """Which rows are learned from, which are held out, and where a long row is cut."""

    max_length: int = knob(
        512,
        label="Longest example",
        technical="maximum sequence length, in tokens",
        low=16,
        high=131072,
        help="A longer example is cut at the end. Longer ones cost more time and memory.",
    )
    held_out_percent: float = knob(
        12.0,  # of a few hundred rows this leaves the thirty that a verdict needs (core/verdict.py)
        label="Held back for the exam",
        technical="held-out split, percent of rows",
        low=1.0,
        high=50.0,
        help="These rows are never trained on; they show whether the model got better.",
    )
    max_rows: int = knob(
        0,
        label="Rows to learn from",
        technical="training rows, 0 for all",
        low=0,
        high=100_000_000,
        help="0 uses every row. A quick look uses a random part, drawn with the seed.",
    )


@dataclass(frozen=True)
class Optimisation:
    """How the weights move. The loss is in nats per trained token everywhere."""

    learning_rate: float = knob(
        1e-3,
        label="Step size",
        technical="peak learning rate of AdamW",
        low=1e-7,
        high=1.0,
        help="How far one step moves the weights. Too high and the curve jumps, too low and it stays flat.",
        source="arXiv:1711.05101",
    )
    epochs: float = knob(
        2.0,
        label="Rounds through the data",
        technical="epochs",
        low=0.01,
        high=1000.0,
        help="More rounds fit the data more closely, and at some point learn it by heart.",
    )
    steps: int = knob(
        0,
        label="Number of steps",
        technical="optimiser steps, 0 to count from the rounds",
        low=0,
        high=10_000_000,
        help="0 counts the steps from the rounds through the data.",
    )
    batch_size: int = knob(
        8,
        label="Examples per step",
        technical="batch size per optimiser step",
        low=1,
        high=4096,
        help="More examples per step give a steadier curve and fewer steps.",
    )
    schedule: str = knob(
        "cosine",
        label="How the step size falls",
        technical="learning rate schedule after the warm-up",
        choices=("cosine", "linear", "constant"),
        help="Falling step sizes settle the model at the end of a run.",
        source="arXiv:1608.03983",
    )
    warmup_percent: float = knob(
        5.0,
        label="Warm-up",
        technical="linear warm-up, percent of the steps",
        low=0.0,
        high=50.0,
        help="The step size grows from zero over these first steps, so that the start does not jump.",
    )
    weight_decay: float = knob(
        0.0,
        label="Pull towards zero",
        technical="decoupled weight decay",
        low=0.0,
        high=1.0,
        help="A little of it keeps weights small; not needed for short runs.",
        source="arXiv:1711.05101",
    )
    gradient_clip: float = knob(
        1.0,
        label="Largest jump allowed",
        technical="gradient norm clip, 0 for none",
        low=0.0,
        high=1000.0,
        help="A single odd batch cannot throw the model off.",
        source="arXiv:1211.5063",
    )
    evaluations: int = knob(
        8,
        label="Checks on held-back rows",
        technical="evaluations spread over the run",
        low=1,
        high=1000,
        help="How often the held-back rows are measured while the model learns.",
    )
    early_stop: bool = knob(
        False,  # the recipes set it; a run of an earlier studio goes on as it began
        label="Stop when it learns by heart",
        technical="early stopping on the held-out loss",
        help="Ends the run once the held-back rows have clearly got worse twice; the best point is kept.",
    )
    checkpoint_every: int = knob(
        0,
        label="Save every so many steps",
        technical="checkpoint interval in optimiser steps, 0 with each evaluation",
        low=0,
        high=10_000_000,
        help="A run cut off by a power failure goes on from the last save.",
    )
    divided: bool = knob(
        False,
        label="Divide the model",
        technical="fully sharded data parallel (FSDP), with torchrun only",
        help="Each of several processes keeps a part of the model. Done unasked where a card cannot hold it.",
        source="arXiv:2304.11277",
    )
    seed: int = knob(
        0,
        label="Seed",
        technical="seed of every random number",
        low=0,
        high=2**31 - 1,
        help="The same seed, data and settings give the same run.",
    )


@dataclass(frozen=True)
class Keeping:
    """What keeps a model that writes as it was in all that the rows do not teach; off by default."""

    base_kl: float = knob(
        0.0,
        label="Stay close to the original",
        technical="KL weight: pull towards the untouched model at each learned token, 0 for none",
        low=0.0,
        high=100.0,
        help="It keeps more of what it knew, and learns your rows more slowly. Try 0.1 to 1.",
        source="arXiv:1606.09282, section 3",
    )
    replay_percent: float = knob(
        0.0,
        label="Mix in its own answers",
        technical="replay: answers of the untouched model, percent of the rows learned from, 0 for none",
        low=0.0,
        high=100.0,
        help="Its own answers to simple instructions are learned along with yours. 5 is usual.",
        source="arXiv:2403.01244, arXiv:2403.08763",
    )


@dataclass(frozen=True)
class RunConfig:
    """The run description. `knobs` holds a value for every knob of the four configs that apply."""

    dataset: str
    dataset_version: str
    model: str = "starter"
    revision: str = ""
    objective: str = "chat"
    tuning: str = "lora"
    recipe: str = "balanced"
    knobs: Mapping[str, KnobValue] = field(default_factory=dict)

    def part(self, config_type: type[Part]) -> Part:
        """Return the typed settings of one concern, e.g. `config.part(Optimisation)`."""
        names = {knob.name for knob in knobs(config_type)}
        return from_dict(config_type, {name: value for name, value in self.knobs.items() if name in names})


def to_dict(config: RunConfig) -> dict[str, Any]:
    """Return the JSON form: what `config.json` in a run folder holds."""
    return {"version": 1, **asdict(config)}


def read_config(document: Mapping[str, Any]) -> RunConfig:
    """Inverse of `to_dict`. Raises Refused on a version, key or kind of value this studio does not know."""
    if document.get("version") != 1:
        raise Refused(
            f"This run description has version {document.get('version')!r}; this studio reads version 1.",
            "Update the studio, or write the description anew.",
        )
    fields = {name: value for name, value in document.items() if name != "version"}
    unknown = sorted(set(fields) - set(RunConfig.__dataclass_fields__))
    if unknown:
        raise Refused(
            f"The run description has unknown entries: {', '.join(unknown)}.",
            f"Known: {', '.join(RunConfig.__dataclass_fields__)}.",
        )
    if missing := sorted({"dataset", "dataset_version"} - set(fields)):
        raise Refused(
            f"The run description does not say its {' and '.join(missing)}.", "Add what is missing."
        )
    config = RunConfig(**fields)
    if wrong := _wrong_types(config):
        raise Refused(
            f"The run description has entries of the wrong kind: {', '.join(wrong)}.",
            "knobs is an object of names and values; every other entry is text.",
        )
    return config


def _wrong_types(config: RunConfig) -> list[str]:
    """Return the entries that are not what they must be; whether a value is allowed its knob says."""
    texts = {name: value for name, value in asdict(config).items() if name != "knobs"}
    wrong = [f"{name} is {value!r}" for name, value in texts.items() if not isinstance(value, str)]
    if not isinstance(config.knobs, Mapping):
        return [*wrong, f"knobs is {config.knobs!r}"]
    odd = (pair for pair in config.knobs.items() if not isinstance(pair[1], bool | int | float | str))
    return [*wrong, *(f"{name} is {value!r}" for name, value in odd)]
