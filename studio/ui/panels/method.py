"""What the Method step shows: three recipes with what they will take, and the forecast of the chosen one."""

from collections.abc import Mapping, Sequence

from studio.core.recipes import RECIPES
from studio.core.words import about, between, count, size
from studio.engine.aims import aim_of
from studio.engine.objectives import OBJECTIVES
from studio.engine.tunings import TUNINGS
from studio.services.shares import Share
from studio.services.views import Forecast, ModelChoice
from studio.services.ways import Way
from studio.ui.markup import Figure, escape, notice, numbers, radio_card, table
from studio.ui.panels.share import of_a_run

MEASURING = "measuring…"
UNKNOWN = "not known yet"
WHAT_HAPPENS = {
    "preferences": (
        "Nothing is learned by heart: the answers are weighed against each other, and the steps are smaller."
    ),
    "reward": (
        "The answers in your rows are not copied; rewards can compare with them. Choose below what makes an "
        "answer good."
    ),
}
"""By what a run learns from."""


def aim(objective: str) -> str:
    """Return in plain words what is done with the rows; nothing where answers are learned as they are."""
    said = WHAT_HAPPENS.get(aim_of(objective), "")
    if not said:
        return ""
    module = OBJECTIVES[objective]
    return notice("neutral", f"{module.TITLE}.", f"{module.SUMMARY} {said}")


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
            f"{size(forecast.memory_bytes)} memory · {size(forecast.disk_bytes)} disk{_cut_words(forecast)}"
        )
    return radio_card(
        "recipe", name, checked=name == chosen, words=(recipe.title, recipe.summary, facts), side=time
    )


def _cut_words(forecast: Forecast) -> str:
    """Return how many rows are cut at which length, for the small print of a recipe."""
    if not forecast.cut:
        return ""
    lost = f", {forecast.nothing_left:,} with nothing left to learn" if forecast.nothing_left else ""
    return f" · {count(forecast.cut, 'row')} cut at {forecast.max_length:,} tokens{lost}"


def being_measured(forecast: Forecast) -> bool:
    """Return whether a measurement is to come: not for a model that is not on this machine yet."""
    return (not forecast.measured or forecast.cut is None) and forecast.memory_bytes > 0


def expected_time(forecast: Forecast) -> str:
    if forecast.measured:
        return between(forecast.seconds_low, forecast.seconds_high)
    return MEASURING if forecast.memory_bytes else UNKNOWN


def lost_rows(forecast: Forecast) -> str:
    """Return what the longest example and the model's template take away of the rows, and what helps."""
    rows = forecast.training_rows + forecast.held_out_rows
    said = []
    if forecast.cut:
        said.append(f"{forecast.cut:,} of {count(rows, 'row')} {_are(forecast.cut)} cut at the end.")
    if forecast.nothing_left:
        left = forecast.nothing_left
        said.append(f"{left:,} of them {_are(left)} cut before the answer, with nothing left to learn.")
    shown = ""
    if said:
        hint = (
            f"Shorten them, or raise “Longest example” ({forecast.max_length:,} tokens): slower, more memory."
        )
        shown = notice("warning", "Long rows:", " ".join(said), hint=hint)
    if forecast.not_taken:
        aside = f"{count(forecast.not_taken, 'row')} {_are(forecast.not_taken)} set aside in this run."
        shown += notice(
            "warning", "This model cannot read every row:", aside, hint="The Train step names them."
        )
    return shown


def _are(rows: int) -> str:
    return "is" if rows == 1 else "are"


def fit(forecast: Forecast, hourly_price: float | None = None, share: Share | None = None) -> str:
    """Return time, memory and size of the chosen recipe, what they rest on, and whether it cannot fit.

    With the price of an hour, the cost too, as soon as the time was measured; with a `share` of the machine,
    what of it is left.
    """
    cells = [
        Figure(expected_time(forecast), "expected time"),
        Figure(size(forecast.memory_bytes), f"of {size(forecast.memory_available_bytes)} free memory"),
        Figure(size(forecast.disk_bytes), f"of {size(forecast.disk_available_bytes)} free disk"),
    ]
    if hourly_price is not None and forecast.measured:
        low, high = (
            hourly_price * seconds / 3600 for seconds in (forecast.seconds_low, forecast.seconds_high)
        )
        cells.insert(1, Figure(f"{low:.2f} to {high:.2f}", f"cost, at {hourly_price:g} an hour"))
    warning = "" if forecast.fits else notice("error", "This will not fit.", forecast.advice)
    advice = f" {escape(forecast.advice)}" if forecast.fits and forecast.advice else ""
    own = f" and {count(forecast.mixed_in, 'answer')} of its own" if forecast.mixed_in else ""
    rows = (
        f"{count(forecast.training_rows, 'row')}{own} to learn from, {count(forecast.held_out_rows, 'row')} "
        f"held back for the exam, {count(forecast.steps, 'step')}; "
        f"the result takes {size(forecast.result_bytes)}."
    )
    return (
        f'<div aria-live="polite">{numbers("What this will take", cells)}'
        f'<p class="basis">{rows} {escape(forecast.basis)}{advice}</p>{warning}{lost_rows(forecast)}'
        f"{of_a_run(share, forecast) if share else ''}</div>"
    )


def ways(found: Sequence[Way], chosen: str) -> str:
    """Return the ways of tuning as a table: what each takes here; the cards say what it does."""
    if not found:
        return ""
    rows = "".join(_way(way, way.tuning == chosen) for way in found)
    columns = ("Way", "Time", "Memory", "Learned weights", "Their size")
    note = (
        "Memory is arithmetic; where a way was measured here, it is from that measurement. "
        "A time with “about” is an estimate from the measured pace of another way. "
        "The whole model, where one is handed over, takes its own size whatever the way."
    )
    compared = table("The ways to tune, compared", columns, rows, classes="ways")
    return f'{compared}<p class="basis">{escape(note)}</p>'


def _way(way: Way, chosen: bool) -> str:
    tuning = TUNINGS[way.tuning]
    title = escape(tuning.TITLE) + (" <strong>(chosen)</strong>" if chosen else "")
    head = f'<th scope="row">{title}</th>'
    if way.refusal:
        return f'<tr>{head}<td colspan="4">{escape(way.refusal)}</td></tr>'
    time = about(way.seconds) if way.seconds else UNKNOWN
    memory = size(way.memory_bytes) + ("" if way.fits else ", does not fit here")
    cells = (
        time if way.measured or not way.seconds else f"about {time}",
        memory,
        f"{way.trained_parameters:,}",
        size(way.result_bytes),
    )
    return f"<tr>{head}{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


def model_line(model: ModelChoice) -> str:
    """Return a model as a choice: its title, and on the next line what it is and whether it is here."""
    ready = "on this computer" if model.ready else "fetched on first use"
    facts = ", ".join(fact for fact in (_weights(model.parameters), model.licence, ready) if fact)
    return f"{model.title}\n{model.summary} {facts[0].upper()}{facts[1:]}."


def _weights(parameters: int) -> str:
    """Return e.g. `135 million weights`; empty where the number is not known."""
    if not parameters:
        return ""
    if parameters >= 1e9:
        return f"{parameters / 1e9:.1f} billion weights"
    return f"{parameters / 1e6:.0f} million weights"
