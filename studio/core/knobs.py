"""A knob is one line: its default, bounds, label, help and source, declared once.

The widget, the validation, the README's table and the tests derive from it (DESIGN section 8).
"""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints

from studio.core.errors import Refused

KnobValue = bool | int | float | str
Config = TypeVar("Config")


@dataclass(frozen=True, slots=True)
class Knob:
    """What is known of one setting. `technical` is the field's term, shown beside the plain `label`."""

    name: str
    type: type
    default: KnobValue
    label: str
    help: str
    technical: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    source: str = ""

    def problem(self, value: object) -> str | None:
        """Return what is wrong with `value` in the user's words, or None."""
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if self.type is bool and not isinstance(value, bool):
            return f"{self.label} ({self.name}) is {value!r}; choose yes or no."
        if self.type is str and not isinstance(value, str):
            return f"{self.label} ({self.name}) is {value!r}; it must be text."
        if self.choices and value not in self.choices:
            return f"{self.label} ({self.name}) is {value!r}; choose one of {', '.join(self.choices)}."
        if self.type in (int, float) and not (number and math.isfinite(value)):
            return f"{self.label} ({self.name}) is {value!r}; it must be a number."
        if self.type is int and value != int(value):
            return f"{self.label} ({self.name}) is {value}; it must be a whole number."
        if self.low is not None and value < self.low:
            return f"{self.label} ({self.name}) is {value}; the least allowed is {self.low:g}."
        if self.high is not None and value > self.high:
            return f"{self.label} ({self.name}) is {value}; the most allowed is {self.high:g}."
        return None

    def parse(self, text: str) -> KnobValue:
        """Read the value from a command line. Raises Refused naming the knob and its range."""
        try:
            value = _READ[self.type](text)
        except ValueError:
            value = text
        if (problem := self.problem(value)) is not None:
            raise Refused(problem, f"{self.label}: {self.help}")
        return value


def _yes_or_no(text: str) -> bool:
    answers = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if text.lower() not in answers:
        raise ValueError(text)
    return answers[text.lower()]


_READ = {bool: _yes_or_no, int: int, float: float, str: str}


def knob(default: KnobValue, *, label: str, help: str, **details: Any) -> Any:
    """Declare a dataclass field as a knob; `details` are the further fields of `Knob`."""
    return dataclasses.field(default=default, metadata={"label": label, "help": help, **details})


def knobs(config_type: type) -> tuple[Knob, ...]:
    """Return the knobs of a config dataclass in the order they are declared."""
    hints = get_type_hints(config_type)
    return tuple(
        Knob(name=field.name, type=hints[field.name], default=field.default, **field.metadata)
        for field in dataclasses.fields(config_type)
        if "label" in field.metadata
    )


def problems(config: Any) -> tuple[str, ...]:
    """Return every problem of a config at once, in the user's words."""
    found = (knob.problem(getattr(config, knob.name)) for knob in knobs(type(config)))
    return tuple(problem for problem in found if problem is not None)


def to_dict(config: Any) -> dict[str, KnobValue]:
    """Return the knob values of a config."""
    return {knob.name: getattr(config, knob.name) for knob in knobs(type(config))}


def from_dict(config_type: type[Config], values: Mapping[str, KnobValue]) -> Config:
    """Build a config from knob values. Raises Refused with every problem, unknown names included."""
    known = {knob.name: knob for knob in knobs(config_type)}
    wrong = [
        f"There is no setting named {name!r}; known: {', '.join(known)}."
        for name in values
        if name not in known
    ]
    read = {name: _as_declared(known[name], value) for name, value in values.items() if name in known}
    config = config_type(**read)
    wrong.extend(problems(config))
    if wrong:
        raise Refused(" ".join(wrong), "Correct the settings named above.")
    return config


def _as_declared(knob: Knob, value: KnobValue) -> KnobValue:
    """JSON and browser forms write 3.0 for 3 and 1 for 1.0; give back the declared type where equal."""
    if knob.type is int and isinstance(value, float) and value.is_integer():
        return int(value)
    if knob.type is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value
