"""What the Method step shows: three recipes with what they will take, and the forecast of the chosen one."""

from collections.abc import Mapping

from studio.core.recipes import RECIPES
from studio.services.views import Forecast
from studio.ui.markup import Figure, escape, notice, numbers, radio_card
from studio.ui.words import between, count, size

MEASURING = "measuring…"
UNKNOWN = "not known yet"


def recipes(chosen: str, forecasts: Mapping[str, Forecast]) -> str:
    """Return the recipes as radio cards; without a model there is no forecast."""
    cards = "".join(_card(name, chosen, forecasts.get(name)) for name in RECIPES)
    return f'<fieldset class="choices"><legend>Recipe</legend>{cards}</fieldset>'


def _card(name: str, chosen: str, forecast: Forecast | None) -> str:
    recipe = RECIPES[name]
    time, facts = UNKNOWN, ""
    if forecast is not None:
        time = expected_time(forecast)
        facts = (
            f"{count(forecast.training_rows, 'row')} · {count(forecast.steps, 'step')} · "
            f"{size(forecast.memory_bytes)} memory · {size(forecast.disk_bytes)} disk"
        )
    return radio_card(
        "recipe", name, checked=name == chosen, words=(recipe.title, recipe.summary, facts), side=time
    )


def being_measured(forecast: Forecast) -> bool:
    """Return whether a measurement is to come: not for a model that is not on this machine yet."""
    return not forecast.measured and forecast.memory_bytes > 0


def expected_time(forecast: Forecast) -> str:
    if forecast.measured:
        return between(forecast.seconds_low, forecast.seconds_high)
    return MEASURING if being_measured(forecast) else UNKNOWN


def fit(forecast: Forecast) -> str:
    """Return time, memory and size of the chosen recipe, what they rest on, and whether it cannot fit."""
    cells = (
        Figure(expected_time(forecast), "expected time"),
        Figure(size(forecast.memory_bytes), f"of {size(forecast.memory_available_bytes)} free memory"),
        Figure(size(forecast.disk_bytes), f"of {size(forecast.disk_available_bytes)} free disk"),
    )
    warning = "" if forecast.fits else notice("error", "This will not fit.", forecast.advice)
    advice = f" {escape(forecast.advice)}" if forecast.fits and forecast.advice else ""
    rows = (
        f"{count(forecast.training_rows, 'row')} to learn from, {count(forecast.held_out_rows, 'row')} "
        f"held back for the exam, {count(forecast.steps, 'step')}; "
        f"the result takes {size(forecast.result_bytes)}."
    )
    return (
        f'<div aria-live="polite">{numbers("What this will take", cells)}'
        f'<p class="basis">{rows} {escape(forecast.basis)}{advice}</p>{warning}</div>'
    )
