"""The ways of tuning side by side for one model and data set: what each takes, or why it cannot be taken."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from studio.core.config import DataSettings, Optimisation, RunConfig
from studio.core.knobs import knobs
from studio.engine.objectives import objective_named
from studio.engine.pairs import fits
from studio.engine.sources import ModelSource
from studio.engine.step_size import usual_rate
from studio.engine.tunings import TUNINGS
from studio.services import forecasts
from studio.services.choices import complete
from studio.services.packages import IMPORTING
from studio.services.rehearsals import here
from studio.services.views import Forecast
from studio.store.home import Home

if TYPE_CHECKING:
    from transformers import PreTrainedConfig


@dataclass(frozen=True, slots=True)
class Way:
    """One way of tuning. `seconds` is 0 where no time is known, and `measured` False where it is an estimate
    from the measured pace of another way. `refusal` says why it cannot be taken; then nothing else is known.
    """

    tuning: str
    refusal: str = ""
    seconds: float = 0.0
    measured: bool = False
    memory_bytes: int = 0
    fits: bool = True
    trained_parameters: int = 0
    result_bytes: int = 0


def ways(home: Home, config: RunConfig) -> tuple[Way, ...]:
    """Return every way of tuning for the model, data and learning of `config`, in the order of the screen.

    Nothing is loaded or measured for it. Empty where the model is not on this machine yet.
    """
    source = here(config)
    if source is None:
        return ()
    plans = {name: _tuned_so(config, name) for name in TUNINGS}
    model = model_config(source)
    layers = model.num_hidden_layers
    reasons = {name: fits(plan.tuning, plan.objective, model) for name, plan in plans.items()}
    found = {
        name: forecasts.forecast(home, plan, ask=forecasts.ask_nothing)
        for name, plan in plans.items()
        if not reasons[name]
    }
    known = [name for name in (config.tuning, *found) if name in found and found[name].measured]
    second = _middle(found[known[0]]) / _passes(plans[known[0]], layers) if known else 0.0
    return tuple(
        Way(name, refusal=reasons[name])
        if reasons[name]
        else _way(name, found[name], second * _passes(plans[name], layers))
        for name in TUNINGS
    )


def _way(name: str, found: Forecast, estimate: float) -> Way:
    return Way(
        name,
        seconds=_middle(found) if found.measured else estimate,
        measured=found.measured,
        memory_bytes=found.memory_bytes,
        fits=found.fits,
        trained_parameters=found.result_bytes // forecasts.BYTES_KEPT,
        result_bytes=found.result_bytes,
    )


def _tuned_so(config: RunConfig, tuning: str) -> RunConfig:
    """Return the run with another way of tuning: its own rate and settings, everything else as it is."""
    if tuning == config.tuning:
        return config
    shared = (DataSettings, Optimisation, objective_named(config.objective).Config)
    names = {knob.name for part in shared for knob in knobs(part)}
    kept = {name: value for name, value in config.knobs.items() if name in names}
    values = {**kept, "learning_rate": usual_rate(config.objective, tuning, config.recipe)}
    return replace(config, tuning=tuning, knobs=complete(config.objective, tuning, values))


def model_config(source: ModelSource) -> "PreTrainedConfig":
    """Return what a model says of its shape; nothing is loaded for it."""
    with IMPORTING:
        from studio.engine.models import read_model_config  # transformers: not before the first page

    return read_model_config(source)


def _passes(plan: RunConfig, layers: int) -> float:
    """Return the work of a step in passes through the model: forward, backward, and to its weights."""
    if plan.tuning == "full":
        return 3.0
    trained = plan.knobs.get("top_layers", layers)
    return 1 + min(int(trained), layers) / layers * (2 if "top_layers" in plan.knobs else 1)


def _middle(found: Forecast) -> float:
    return (found.seconds_low + found.seconds_high) / 2
