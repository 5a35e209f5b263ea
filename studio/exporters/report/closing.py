"""What the report ends with: limits, licences, how to repeat the run, and its versions and hashes."""

from studio.exporters import licences as of_both
from studio.exporters import told
from studio.exporters.facts import RunFacts
from studio.exporters.report.markup import bullets, pairs, paragraph, section, shown, table
from studio.exporters.report.training import base_name


def limits(facts: RunFacts) -> str:
    return section("limits", "What this does not say", bullets(told.limits(facts.proven)))


def licences(facts: RunFacts) -> str:
    """Return the licences, and what they forbid or ask of whoever hands the model on."""
    base, rows = facts.base.licence if facts.base else "", facts.dataset.licence
    warned = of_both.of_run(facts.config, base, rows) if facts.base else ()
    return section("licences", "Licences", pairs(of_both.stated(base, rows)), bullets(warned))


def repeat(facts: RunFacts) -> str:
    """Return how a stranger repeats the run, and by which versions and hashes it is known to be the same."""
    return section(
        "repeat",
        "How to repeat it",
        paragraph(
            "The same data, settings, seed and versions give the same run. The export “The code” is a script "
            "that repeats it with transformers and peft alone; “For a cluster” repeats it with the studio."
        ),
        f"<pre>{shown(_commands(facts))}</pre>",
        "<h3>Every setting</h3>",
        _settings(facts),
        "<h3>Versions</h3>",
        pairs(told.versions(facts)),
        "<h3>Hashes</h3>",
        pairs(_hashes(facts)),
    )


def _commands(facts: RunFacts) -> str:
    run = facts.run or "RUN"
    return "\n".join(
        (
            f"python -m studio show {run} --json",
            f"python -m studio exam {run} --json",
            f"python -m studio export {run} --as code --to the-code",
        )
    )


def _hashes(facts: RunFacts) -> list[tuple[str, str]]:
    entries = [("Run", facts.run or "not named"), ("Content of the data", facts.dataset.version)]
    if facts.base is not None:
        entries.append((f"Weight files of {base_name(facts)} (SHA-256)", facts.base.weights_hash))
        if facts.base.revision:
            entries.append(("Commit on the hub", facts.base.revision))
    if facts.exam is not None:
        names = {"base": "Weights that answered before", "tuned": "Weights that answered after"}
        entries += [
            (f"{names.get(arm, arm)} (SHA-256)", value)
            for arm, value in facts.exam.weights_hashes.items()
            if value
        ]
    return entries


def _settings(facts: RunFacts) -> str:
    rows = (
        (f"{shown(each.label)}<small>{shown(each.term)}</small>", shown(each.value), shown(each.name))
        for each in told.settings(facts.config)
    )
    return table("Every setting", ("Setting", "Value", "Name"), rows)
