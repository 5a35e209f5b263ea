"""How long the examples are for the chosen model, which are cut, and which lose all there was to learn."""

import statistics

from studio.core.report import Issue, Lengths
from studio.data.checks.context import CheckContext

TITLE = "Length"


def check(context: CheckContext) -> list[Issue]:
    limit = context.max_length
    long = [size for size in context.sizes if size.tokens > limit]
    cut = tuple(size.row for size in long if size.learned)
    nothing_left = tuple(size.row for size in long if not size.learned)
    issues = []
    if cut:
        message = f"{_examples(cut)} longer than {limit:,} tokens, and the end is cut off."
        hint = "Shorten them, or raise “Longest example” (more memory, more time)."
        issues.append(Issue.of_rows("lengths", "warning", cut, message, hint))
    if nothing_left:
        message = f"{_examples(nothing_left)} so long before the answer that nothing is left to learn."
        hint = f"Shorten the question, or raise “Longest example” above {limit:,} tokens."
        issues.append(Issue.of_rows("lengths", "warning", nothing_left, message, hint))
    return issues + _not_taken(context)


def summary(context: CheckContext) -> Lengths | None:
    """Return the lengths of all examples; None without a model, or without anything to measure."""
    sizes = [size for size in context.sizes if not size.problem]
    if not sizes:
        return None
    tokens = [size.tokens for size in sizes]
    long = [size for size in sizes if size.tokens > context.max_length]
    return Lengths(
        median_tokens=int(statistics.median(tokens)),
        longest_tokens=max(tokens),
        limit_tokens=context.max_length,
        cut=len(long),
        nothing_left=sum(not size.learned for size in long),
    )


def _not_taken(context: CheckContext) -> list[Issue]:
    """List the examples that the model's template cannot write, by reason."""
    rows: dict[str, list[int]] = {}
    for size in context.sizes:
        if size.problem:
            rows.setdefault(size.problem, []).append(size.row)
    hint = "A run with this model sets them aside; correct them, or choose another model, to use them too."
    return [Issue.of_rows("lengths", "warning", tuple(found), reason, hint) for reason, found in rows.items()]


def _examples(rows: tuple[int, ...]) -> str:
    return "1 example is" if len(rows) == 1 else f"{len(rows):,} examples are"
