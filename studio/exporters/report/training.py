"""How it was trained: the method and its settings in plain words, the forecast and the truth, the curve."""

from studio.charts.still import loss_picture
from studio.core.recipes import RECIPES
from studio.core.verdict import verdict
from studio.core.words import count, duration, size
from studio.core.yardstick import TOKEN, yardstick_of_run
from studio.exporters import foretold, on_the_way, told
from studio.exporters.facts import RunFacts
from studio.exporters.origin import origin_of
from studio.exporters.report import markup
from studio.exporters.report.markup import bullets, not_measured, pairs, paragraph, section, shown, table


def training(facts: RunFacts) -> str:
    """Return method, settings, forecast, truth and curve of a run in whatever state it is."""
    return section(
        "training",
        "How it was trained",
        markup.verdict(verdict(facts.story, facts.status)),
        _method(facts),
        "<h3>The forecast and the truth</h3>",
        _forecast(facts),
        "<h3>The curve</h3>",
        _curve(facts),
        _warnings(facts),
    )


def base_name(facts: RunFacts) -> str:
    """Return the base as it is called anywhere: never a path of this machine."""
    if facts.base is None:
        return "not looked at yet"
    origin = origin_of(facts.base)
    return origin.hub_id or origin.loads_elsewhere


def _method(facts: RunFacts) -> str:
    config, started = facts.config, facts.story.started
    (objective, learned), (tuning, moved) = told.objective(config), told.tuning(config)
    recipe = RECIPES[config.recipe].title if config.recipe in RECIPES else config.recipe
    entries = [
        ("Base model", base_name(facts)),
        ("What is learned (objective)", f"{objective}. {learned}"),
        ("Which weights move (tuning)", f"{tuning}. {moved}"),
        ("Recipe", recipe),
    ]
    if started is not None:
        part = started.trainable_parameters / max(1, started.total_parameters)
        entries += [
            ("Weights that move", f"{started.trainable_parameters:,} ({part:.2%})"),
            ("Computed on", f"{started.device}, in {started.dtype}"),
        ]
    return pairs(entries) + (bullets(started.reasons) if started else "")


def _forecast(facts: RunFacts) -> str:
    found = foretold.forecast(facts)
    if found:
        rows = ((shown(each.what), shown(each.forecast), shown(each.truth)) for each in found)
        return table("Forecast and truth", ("What", "Foreseen before the run", "Measured"), rows)
    if facts.foreseen is None:
        return not_measured("No forecast.", "None was kept with this run.")
    story = facts.story
    took = f"So far it took {duration(story.seconds(None))}" if story.started else "It has not begun"
    memory = f" and held at most {size(story.peak_memory_bytes)}" if story.peak_memory_bytes else ""
    return paragraph(f"{took}{memory}. The forecast is for the whole run, so it is not set beside that.")


def _curve(facts: RunFacts) -> str:
    story, measured = facts.story, yardstick_of_run(facts.story)
    learned, held_out = on_the_way.curve_points(story)
    if not held_out and not learned:
        return not_measured("Nothing yet.", "The run has not taken a step.")
    said = on_the_way.curve_in_words(story)
    picture = loss_picture(learned, held_out, best_step=facts.step, told=said)
    key = (
        '<p class="key"><span class="learned">on the examples it learns from</span> '
        f'<span class="held-out">on {measured.held_back}</span></p>'
    )
    names = on_the_way.checked(story)
    rows = (
        (
            f"{known.step:,}",
            measured.said(known.loss),
            *(on_the_way.said_of(known, name) for name in names),
            f"{known.rows:,}",
        )
        for known in story.held_out
    )
    error = (
        "Error on held-back rows (loss)" if measured is TOKEN else f"{measured.title} on {measured.held_back}"
    )
    columns = ("Step", error, *map(on_the_way.title_of_measure, names), measured.counted.capitalize())
    return f"<figure>{picture}{key}<figcaption>{shown(said)}</figcaption></figure>" + table(
        "The curve in numbers", columns, rows
    )


def _warnings(facts: RunFacts) -> str:
    warned = [f"{each.message} {each.hint}".strip() for each in facts.story.warnings]
    if not warned:
        return ""
    return f"<h3>{count(len(warned), 'warning')} on the way</h3>{bullets(warned)}"
