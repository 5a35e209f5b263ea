"""What the Compare step says of a probe: four lights with their numbers, answers side by side, remedies."""

from collections.abc import Mapping

from studio.core.exam import Score
from studio.core.probe import Asked, ByHeart, Fit, Light, Recited, Retained
from studio.core.words import count, decimals, percentage
from studio.evaluation.lights import summary
from studio.services.gentler import Remedy
from studio.services.probes import ProbeView
from studio.ui.markup import escape, folded, table, unbroken

TITLE = "What else changed?"
COLOURS = {"green": "Green", "amber": "Amber", "red": "Red", "unknown": "Not lit"}
INTRODUCTION = (
    "<p>Tuning can cost a model what it knew before, and make it repeat your examples word for word. The "
    "probe lets both models read 200 general texts, begin to answer 100 simple requests, and read rows of "
    "yours that were learned and rows that were held back.</p>"
)


def title(view: ProbeView | None) -> str:
    """Return the fold's own line, with the worst light's headline once there is one."""
    if view is None or not view.lights:
        return TITLE
    worst = summary(view.lights)
    return f"{TITLE} {COLOURS[worst.colour]}: {worst.headline[0].lower()}{worst.headline[1:]}"


def found(view: ProbeView, remedies: Mapping[str, Remedy]) -> str:
    """Return what the newest probe found."""
    earlier = f"<p>Of an earlier point, step {view.probe.step:,}.</p>" if view.earlier else ""
    lit = "".join(_light(light) for light in view.lights.values())
    return (
        f'{earlier}<ul class="lights" aria-label="Lights">{lit}</ul>{_remedies(remedies)}'
        f"{_asked(view.probe.asked)}{_recited(view.probe.by_heart)}{folded('The numbers', _numbers(view))}"
    )


def _light(light: Light) -> str:
    return (
        f'<li class="{light.colour}"><span class="lamp" aria-hidden="true"></span>'
        f"<p><b>{COLOURS[light.colour]}. {escape(light.headline)}.</b> {unbroken(light.sentence)}</p></li>"
    )


def _remedies(remedies: Mapping[str, Remedy]) -> str:
    """Return a button for each: it opens the Method step on a run like this one with one thing changed."""
    if not remedies:
        return ""
    buttons = "".join(
        f'<button type="button" class="plain" data-event="remedy" data-remedy="{escape(name)}">'
        f"{escape(remedy.words)} <small>{escape(remedy.term)}</small></button>"
        for name, remedy in remedies.items()
    )
    return (
        "<h3>What helps</h3><p>Each opens the settings of a run like this one with one thing changed; this "
        f'run stays as it is.</p><div class="remedies">{buttons}</div>'
    )


def _asked(asked: tuple[Asked, ...]) -> str:
    if not asked:
        return ""
    same = sum(each.base == each.tuned for each in asked)
    rows = "".join(
        f'<tr><th scope="row">{escape(each.prompt)}</th><td data-label="Before">{escape(each.base)}</td>'
        f'<td data-label="After">{escape(each.tuned)}</td></tr>'
        for each in asked
    )
    words = f"Your own prompts ({len(asked):,}): the same answer to the letter on {same:,}."
    columns = ("What must still work", "Before", "After")
    return f"<p>{words}</p>" + table("What must still work", columns, rows, classes="preview answers")


def _recited(by_heart: ByHeart | None) -> str:
    if by_heart is None or not by_heart.examples:
        return ""
    rows = "".join(_example(each) for each in by_heart.examples)
    columns = ("Row", "Given", "Said word for word")
    return folded("Answers it learned by heart", table("Learned by heart", columns, rows, classes="preview"))


def _example(recited: Recited) -> str:
    return (
        f'<tr><th scope="row">{recited.row:,}</th><td data-label="Given">{escape(recited.given)}</td>'
        f'<td data-label="Said word for word">{escape(recited.said)}</td></tr>'
    )


def _numbers(view: ProbeView) -> str:
    probe = view.probe
    rows = (
        _retained("general texts", probe.texts)
        + _retained("beginnings of answers", probe.instructions)
        + (_fit(probe.fit) if probe.fit else "")
        + (_by_heart(probe.by_heart) if probe.by_heart else "")
    )
    hashes = " · ".join(
        f"{escape(arm)} weights <code>{escape(value[:8])}</code>"
        for arm, value in probe.weights_hashes.items()
    )
    return (
        table("Numbers of the probe", ("Measured", "Value", "95 % interval", "On"), rows, classes="exam")
        + f"<p>The distance is over the untouched model's 512 likeliest tokens at each place, and all others "
        f"as one: never more than the whole. An answer counts as said word for word where up to 50 tokens, "
        f"and at least 10, of its second half come one by one as they stand. "
        f"Step {probe.step:,}. {hashes}</p>"
    )


def _retained(what: str, retained: Retained | None) -> str:
    if retained is None:
        return ""
    on = f"{retained.items:,} {what}, {count(retained.tokens, 'token')}"
    return (
        _number("Surprise per token, times before", "perplexity ratio", _decimals(retained.ratio, 3), on)
        + _number(
            "Distance between both", "KL(base ‖ tuned), nats per token", _decimals(retained.divergence, 3), on
        )
        + _number("Same likeliest next token", "top-1 agreement", _percent(retained.agreement), on)
    )


def _fit(fit: Fit) -> str:
    arms = {"base": "before", "tuned": "after"}
    parts = (
        ("rows of the training", fit.training, fit.training_rows),
        ("rows it never saw", fit.held_out, fit.held_out_rows),
    )
    lines = "".join(
        _number(
            f"Error on {what}, {arms[arm]}", "loss, nats per token", _decimals(score, 3), count(rows, "row")
        )
        for what, scores, rows in parts
        for arm, score in scores.items()
    )
    on = f"{fit.training_rows:,} and {count(fit.held_out_rows, 'row')}"
    return lines + _number("Difference that came with the training", "gap", _decimals(fit.gap, 3), on)


def _by_heart(by_heart: ByHeart) -> str:
    rows = count(by_heart.rows, "row")
    lines = (
        ("Said word for word before", by_heart.base, rows),
        ("Said word for word after", by_heart.tuned, rows),
        ("After and not before", by_heart.learned, rows),
        ("The same of rows it never saw", by_heart.unseen, count(by_heart.unseen_rows, "row")),
    )
    return "".join(
        _number(words, "verbatim memorisation", _percent(score), on) for words, score, on in lines if score
    )


def _number(words: str, term: str, shown: tuple[str, str], on: str) -> str:
    value, interval = shown
    return (
        f'<tr><th scope="row">{escape(words)}<small>{escape(term)}</small></th>'
        f'<td data-label="Value">{value}</td><td data-label="95 % interval">{interval}</td>'
        f'<td data-label="On">{escape(on)}</td></tr>'
    )


def _decimals(score: Score, digits: int) -> tuple[str, str]:
    value, low, high = (decimals(each, digits) for each in (score.value, score.low, score.high))
    return value, f"{low} to {high}"


def _percent(score: Score) -> tuple[str, str]:
    value, low, high = (percentage(each) for each in (score.value, score.low, score.high))
    return value, f"{low} to {high}"
