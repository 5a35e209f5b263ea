"""How it was trained: the method and its settings in plain words, the forecast and the truth, the curve."""

from studio.charts.still import loss_picture
from studio.core.recipes import RECIPES
from studio.core.verdict import verdict
from studio.core.words import count, duration, loss, size
from studio.exporters import told
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
    found = told.forecast(facts)
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
    story = facts.story
    held_out = [(known.step, known.loss) for known in story.held_out]
    if not held_out and not story.training.points:
        return not_measured("Nothing yet.", "The run has not taken a step.")
    picture = loss_picture(story.training.points, held_out, best_step=facts.step, told=_said(facts))
    key = (
        '<p class="key"><span class="learned">on the examples it learns from</span> '
        '<span class="held-out">on held-back examples</span></p>'
    )
    rows = ((f"{known.step:,}", loss(known.loss), f"{known.rows:,}") for known in story.held_out)
    columns = ("Step", "Error on held-back rows (loss)", "Rows")
    return f"<figure>{picture}{key}<figcaption>{shown(_said(facts))}</figcaption></figure>" + table(
        "The curve in numbers", columns, rows
    )


def _said(facts: RunFacts) -> str:
    """Return what the curve shows, in words."""
    story = facts.story
    first, last = story.loss_first, story.loss_last
    learned = f"On its examples the error went from {first:.3f} to {last:.3f}" if first and last else ""
    parts = [learned] if learned else []
    if story.held_out:
        begin, best = story.held_out[0], story.best
        held_out = "on held-back rows" if parts else "On held-back rows"
        parts.append(f"{held_out} it was {begin.loss:.3f} at step {begin.step:,}")
        if best is not None:
            parts.append(f"the lowest after that was {best.loss:.3f}, at step {best.step:,}")
    lower = "Lower is better; the error is in nats per learned token (cross-entropy)."
    return f"{'; '.join(parts)}. {lower}" if parts else lower


def _warnings(facts: RunFacts) -> str:
    warned = [f"{each.message} {each.hint}".strip() for each in facts.story.warnings]
    if not warned:
        return ""
    return f"<h3>{count(len(warned), 'warning')} on the way</h3>{bullets(warned)}"
