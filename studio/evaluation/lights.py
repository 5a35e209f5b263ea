"""Traffic lights over a probe's numbers: every threshold and what is said of it. No torch.

An end of an interval must lie beyond a threshold, so that chance alone turns no light: green needs as much
evidence as red, and where an interval reaches across, no light is lit. How often they are
wrong on models whose truth is known is measured by `python -m benchmarks.verdicts_probe`.
"""

import math

from studio.core.exam import Score
from studio.core.probe import ByHeart, Fit, Light, Probe, Retained

FEWEST_ITEMS = 10
"""With fewer texts or answers no light is lit."""
HARMLESS_RATIO, HARMFUL_RATIO = 1.10, 1.50
"""Perplexity on general texts, times that of the base: a tenth more is called harmless, half as much again
is not. Both are choices; what the lights then get right is measured as the first lines say."""
STEADY_AGREEMENT, OTHER_AGREEMENT = 0.85, 0.60
"""How often both models would write the same next token of the base's own answers; 0.72 after 16 gentle steps
of the starter on the help desk (README, figures)."""
SMALL_GAP, LARGE_GAP = 0.10, 0.40
"""How much lower the loss on rows of the training is, as a part of that on rows never seen."""
LEAST_LOSS = 0.5
"""Nats per token. A loss below it is small already, and a part of it next to nothing: the gap is then taken
as a part of this, so that 0.05 are harmless."""
FEW_BY_HEART, MANY_BY_HEART = 0.01, 0.10
"""Answers whose end is said word for word after training and not before, beyond those it never saw."""


def forgotten(texts: Retained) -> Light:
    """Say how well the tuned model still reads general texts."""
    if texts.items < FEWEST_ITEMS:
        return _too_few("texts")
    ratio = texts.ratio
    said = (
        f"On {texts.items} general texts it is {ratio.value:.2f} times as surprised per token as the "
        f"untouched model (perplexity ratio, 95 % interval {ratio.low:.2f} to {ratio.high:.2f})."
    )
    if ratio.low > HARMFUL_RATIO:
        return Light("red", "It forgot much", said)
    if ratio.high <= HARMLESS_RATIO:
        return Light("green", "It still reads general texts as before", said)
    if ratio.low > 1.0:
        return Light("amber", "It forgot a little", said)
    return _unclear("whether it forgot anything", said)


def changed_answers(instructions: Retained) -> Light:
    """Say whether it still answers simple requests as the base does."""
    if instructions.items < FEWEST_ITEMS:
        return _too_few("requests")
    same = instructions.agreement
    said = (
        f"In {100 * same.value:.0f} of 100 places it would write the same next word piece as the untouched "
        f"model, at the beginning of {instructions.items} answers to simple requests (top-1 agreement, "
        f"95 % interval {100 * same.low:.0f} to {100 * same.high:.0f})."
    )
    if same.high < OTHER_AGREEMENT:
        return Light("red", "It answers simple requests quite differently", said)
    if same.low >= STEADY_AGREEMENT:
        return Light("green", "It still answers simple requests as before", said)
    if same.high < 1.0:
        return Light("amber", "It answers some simple requests differently", said)
    return _unclear("whether it answers simple requests differently", said)


def overfitted(fit: Fit) -> Light:
    """Say whether it knows its own rows much better than others."""
    if min(fit.training_rows, fit.held_out_rows) < FEWEST_ITEMS:
        return _too_few("rows")
    unseen, gap = fit.held_out["tuned"].value, fit.gap
    said = (
        f"Its error on rows of the training is {fit.training['tuned'].value:.2f}, on rows it never saw "
        f"{unseen:.2f} (nats per token); {gap.value:+.2f} of the difference came with the training "
        f"(95 % interval {gap.low:+.2f} to {gap.high:+.2f})."
    ).replace("-", "−")
    turned = (
        f" After step {fit.best_step} of {fit.last_step} it got worse on new rows while it went on improving "
        f"on its own; step {fit.best_step} is the one that is used."
        if fit.turned
        else ""
    )
    worse = "base" in fit.held_out and fit.held_out["tuned"].low > fit.held_out["base"].high
    against = max(unseen, LEAST_LOSS)
    if worse or gap.low > LARGE_GAP * against:
        return Light("red", "It fits your examples, not the task (overfitting)", said + turned)
    if fit.turned:
        return Light("amber", "More training made it worse on new rows", said + turned)
    if gap.high <= SMALL_GAP * against:
        return Light("green", "It does as well on new rows as on those it learned", said)
    if gap.low > 0.0:
        return Light("amber", "It fits your examples better than new ones", said)
    return _unclear("whether it fits your examples better than new ones", said)


def memorised(by_heart: ByHeart) -> Light:
    """Say whether answers of the training come out word for word."""
    if by_heart.rows < FEWEST_ITEMS:
        return _too_few("answers that are long enough")
    learned, unseen = by_heart.learned, by_heart.unseen
    count = round(learned.value * by_heart.rows)
    said = (
        f"Given the first half, it says the rest of {count} of {by_heart.rows} answers word for word, and "
        f"the untouched model does not (95 % interval {100 * learned.low:.0f} to {100 * learned.high:.0f} %)."
    )
    if unseen:
        said += (
            f" Of answers it never saw it does so with {100 * unseen.value:.0f} % ({by_heart.unseen_rows} "
            f"rows, {100 * unseen.low:.0f} to {100 * unseen.high:.0f} %)."
        )
    beyond = _beyond(learned, unseen) if unseen else learned
    if beyond.low > MANY_BY_HEART:
        return Light("red", "It learned answers by heart", said)
    if beyond.low > FEW_BY_HEART:
        return Light("amber", "It learned a few answers by heart", said)
    if beyond.high <= MANY_BY_HEART:
        return Light("green", "It learned hardly more by heart than it could guess", said)
    return _unclear("whether it learned answers by heart", said)


def _beyond(learned: Score, unseen: Score) -> Score:
    """Return how much larger one share is than another, with its 95 % interval.

    Source: Newcombe 1998, Statistics in Medicine 17, method 10, from the two intervals of Wilson.
    """
    middle = learned.value - unseen.value
    below = math.hypot(learned.value - learned.low, unseen.high - unseen.value)
    above = math.hypot(learned.high - learned.value, unseen.value - unseen.low)
    return Score(middle, middle - below, middle + above)


def lights(probe: Probe) -> dict[str, Light]:
    """Return the lights of what was probed, in the order in which they are read."""
    found = {
        "texts": probe.texts and forgotten(probe.texts),
        "instructions": probe.instructions and changed_answers(probe.instructions),
        "fit": probe.fit and overfitted(probe.fit),
        "by_heart": probe.by_heart and memorised(probe.by_heart),
    }
    return {name: light for name, light in found.items() if light}


def summary(found: dict[str, Light]) -> Light:
    """Return the worst light, which stands for all: its headline and its sentence."""
    order = ("red", "amber", "unknown", "green")
    return min(found.values(), key=lambda light: order.index(light.colour))


def _unclear(what: str, said: str) -> Light:
    return Light("unknown", f"Too little to tell {what}", said)


def _too_few(what: str) -> Light:
    return Light("unknown", f"Too few {what} to tell", f"At least {FEWEST_ITEMS} {what} are needed.")
