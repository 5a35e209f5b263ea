"""The model card (README.md of an export): base, data, settings, measured results, how to load, limits.

Every figure is handed in; what was not measured is said to be not measured. No time and no run's name: equal
weights give equal files.
"""

from collections.abc import Iterable
from types import ModuleType

from studio.core.cleaning import Step
from studio.engine.objectives import objective_named
from studio.engine.tunings import tuning_named
from studio.evaluation.lights import lights
from studio.exporters import foretold, on_the_way, serving, told
from studio.exporters import licences as of_both
from studio.exporters.exam_table import measured
from studio.exporters.front_matter import front_matter
from studio.exporters.job import LARGEST_LOGIT_DIFFERENCE, READ_WITH, ExportJob, Parity
from studio.exporters.llama.bounds import in_words
from studio.exporters.markdown import plain
from studio.exporters.origin import Origin, origin_of


def model_card(exporter: ModuleType, job: ExportJob, parity: Parity) -> str:
    """Return the text of README.md for an export that holds weights."""
    origin = origin_of(job.source)
    sections = (
        front_matter(exporter, job, library=_library(exporter, job)),
        f"# {plain(exporter.TITLE)} tuned on {plain(job.dataset.name)}",
        _summary(job, origin),
        "## How to load it\n\n" + _loading(exporter, job, origin),
        *serving.section(exporter, job, origin),
        "## Measured\n\n" + measured(job),
        "## Checked after export\n\n" + _parity(parity, job, _library(exporter, job)),
        "## Data\n\n" + data(job),
        "## Personal data and secrets\n\n" + privacy(job),
        "## What else the checks found in the data\n\n" + _found(job),
        "## Training\n\n" + training(job),
        "## Settings\n\n" + settings(job),
        "## What else changed\n\n" + forgotten(job),
        "## What people prefer\n\n" + preferred(job),
        "## Limits\n\n" + limits(job),
        "## Licences\n\n" + licences(job),
        "## Versions\n\n" + _versions(job),
    )
    return "\n\n".join(sections) + "\n"


def _summary(job: ExportJob, origin: Origin) -> str:
    name = origin.hub_id or origin.loads_elsewhere
    revision = f", revision `{origin.revision}`" if origin.revision else ""
    return (
        f"Base: `{plain(name)}`{revision}, weight files `{job.source.weights_hash[:16]}` (SHA-256). Made "
        f"with Fine-Tuning Studio: objective `{job.config.objective}`, tuning `{job.config.tuning}`, "
        f"weights of step {job.step}. {origin.note}"
    )


def _library(exporter: ModuleType, job: ExportJob) -> str:
    """Return the library that reads the files; what peft has no form for needs none but transformers."""
    without_peft = exporter.LIBRARY == "peft" and not tuning_named(job.config.tuning).PEFT
    return "transformers" if without_peft else exporter.LIBRARY


def _loading(exporter: ModuleType, job: ExportJob, origin: Origin) -> str:
    text = f"```python\n{exporter.how_to_load(job)}```"
    if not exporter.NEEDS_BASE:
        return text
    if origin.steps:
        text = (
            "First the base, the very one on any machine:\n\n```sh\n"
            + "\n".join(origin.steps)
            + "\n```\n\nThen:\n\n"
            + text
        )
    if _library(exporter, job) != "peft":
        return text + (
            "\n\nThese adapters are not in the format of peft, which has none of their kind. "
            "`load_adapter.py` puts them into their base: forty lines, to be read before they are run."
        )
    return text + (
        "\n\n`adapter_config.json` knows the base by this name only, so pass it as above."
        if origin.loads_elsewhere != origin.hub_id
        else ""
    )


def _parity(parity: Parity, job: ExportJob, library: str) -> str:
    with_what = READ_WITH[library]
    if parity.form:
        return f"The file was loaded with {with_what} in float32: {in_words(parity)} {parity.also}".rstrip()
    if objective_named(job.config.objective).HEAD == "reward":
        return (
            f"The files of this folder were loaded with {with_what} in float32 and judged {parity.prompts} "
            "answers; the largest difference to the rewards that the model in the studio gives them was "
            f"{parity.max_logit_difference:.2g} (allowed: {LARGEST_LOGIT_DIFFERENCE:g})."
        )
    return (
        f"The files of this folder were loaded with {with_what} in float32 and answered "
        f"{parity.prompts} prompts greedily: {parity.equal_answers} of {parity.prompts} answers were equal, "
        f"token by token, to those of the model in the studio; the largest difference of a logit was "
        f"{parity.max_logit_difference:.2g} (allowed: {LARGEST_LOGIT_DIFFERENCE:g})."
    )


def data(job: ExportJob) -> str:
    """Return what was learned from, with the hash that names its content."""
    facts = job.dataset
    return (
        f"`{plain(facts.name)}` (read as {plain(facts.format)}), content hash `{facts.version}`"
        f"{f', rows by SHA-256 `{facts.records_hash}`' if facts.records_hash else ''}: "
        f"{len(job.training)} rows to learn from, {len(job.held_out)} held out. "
        f"{told.how_divided(job.facts)}{_cleaning(facts.cleaning)}"
    )


def _cleaning(steps: tuple[Step, ...]) -> str:
    """Return what was done to the rows, in its order; nothing where they are as they were read."""
    if not steps:
        return ""
    lines = [f"{at}. {plain(told.cleaned(step))}" for at, step in enumerate(steps, start=1)]
    return "\n\nCleaned before the run, in this order:\n\n" + "\n".join(lines)


def privacy(job: ExportJob) -> str:
    """Return what the check for personal data and secrets found in the rows."""
    return _list(told.privacy(job.facts))


def _found(job: ExportJob) -> str:
    """Return what the other checks found in the rows that were learned from."""
    if job.facts.findings is None:
        return f"Not known any more. {plain(job.facts.findings_lost)}".rstrip()
    return _list(told.findings_in_words(job.facts)) or "Nothing."


def training(job: ExportJob) -> str:
    """Return the method in plain words, then the forecast beside the truth."""
    named = (told.objective(job.config), told.tuning(job.config))
    lines = [f"{title}: {summary}" for title, summary in named]
    lines += foretold.in_words(job.facts)
    lines += on_the_way.point_used(job.facts.story, job.step)
    return _list(lines)


def forgotten(job: ExportJob) -> str:
    """Return what the probe of these weights found, or that it was not held."""
    probe = job.facts.probe
    if probe is None or probe.step != job.step:
        return "What the base could do before and may have forgotten was not measured."
    return _list(f"{light.headline}. {light.sentence}" for light in lights(probe).values())


def preferred(job: ExportJob) -> str:
    """Return how the blind voting fell; where it is not over or none was held, that."""
    return plain(told.preferred(job.facts))


def settings(job: ExportJob) -> str:
    """Return every setting of the run: its name, what it is, its value."""
    lines = [
        f"| `{each.name}` | {plain(each.label)} ({plain(each.term)}) | {plain(each.value)} |"
        for each in told.settings(job.config)
    ]
    head = ("| setting | what it is | value |", "|---|---|---|")
    return "\n".join((f"Recipe `{job.config.recipe}`.", "", *head, *lines))


def limits(job: ExportJob) -> str:
    """Return what the figures do not say."""
    return _list(told.limits(job.exam))


def licences(job: ExportJob) -> str:
    """Return the licences as far as they are known, and what they forbid of handing this on."""
    known = of_both.stated(job.source.licence, job.dataset.licence)
    lines = [f"{what}: {licence}." for what, licence in known]
    warned = of_both.of_run(job.config, job.source.licence, job.dataset.licence)
    return "\n".join((_list(lines), *(f"- **Mind:** {plain(said)}" for said in warned)))


def _versions(job: ExportJob) -> str:
    """Return what it was trained with: the same data, settings, seed and versions give the same model."""
    return _list(f"{name}: {version}" for name, version in told.versions(job.facts))


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {plain(line)}" for line in lines)
