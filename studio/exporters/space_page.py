"""What a Space says of itself: the front matter that Spaces read, the description, the versions it needs.

No row of the data is among it: whoever opens the page may be anybody.
"""

import json
from importlib.metadata import version
from platform import python_version_tuple

from studio.core.config import RunConfig
from studio.engine.objectives import objective_named
from studio.engine.tunings import tuning_named
from studio.exporters import card, licences
from studio.exporters.front_matter import block, datasets, listed
from studio.exporters.job import ExportJob
from studio.exporters.markdown import plain
from studio.exporters.origin import origin_of

MODEL, BASE, APP = "model", "base", "app.py"
LIBRARIES = ("gradio", "torch", "transformers", "tokenizers", "safetensors", "jinja2")
OF_ADAPTERS = ("peft", "accelerate")
SHORT = 60
"""Letters that a Space's short description may have."""


def holds(config: RunConfig) -> str:
    """Return the kind of export that lies in the Space."""
    return "merged" if tuning_named(config.tuning).MERGES else "adapter"


def title(job: ExportJob) -> str:
    done = {"language": "Talk to", "classes": "Sort texts with", "reward": "Judge answers with"}
    return f"{done[objective_named(job.config.objective).HEAD]} a tuned model"


def about(job: ExportJob) -> str:
    """Return the lines under the title, in Markdown."""
    base = origin_of(job.source).hub_id or origin_of(job.source).loads_elsewhere
    return (
        f"{plain(base)}, tuned on {plain(job.dataset.name)} with Fine-Tuning Studio. It can be "
        "wrong: check what matters. Nothing that you write is kept."
    )


def requirements(job: ExportJob) -> str:
    """Return the libraries in the very versions that the page was checked with here."""
    peft = holds(job.config) == "adapter" and tuning_named(job.config.tuning).PEFT
    return "".join(f"{name}=={_released(name)}\n" for name in (*LIBRARIES, *(OF_ADAPTERS if peft else ())))


def _released(name: str) -> str:
    """Return the version as every machine finds it: `2.13.0+cpu` is a build of 2.13.0."""
    return version(name).partition("+")[0]


def front_matter(job: ExportJob) -> str:
    """Return the YAML block that Spaces read. Strings are JSON, which is YAML for any content."""
    hub_id = origin_of(job.source).hub_id
    python = ".".join(python_version_tuple()[:2])
    lines = [
        f"title: {json.dumps(title(job))}",
        "emoji: 💬",
        "colorFrom: indigo",
        "colorTo: blue",
        "sdk: gradio",
        f'sdk_version: "{_released("gradio")}"',
        f'python_version: "{python}"',
        f"app_file: {APP}",
        f"short_description: {json.dumps(f'Tuned on {plain(job.dataset.name)}'[:SHORT])}",
        *licences.front_matter(job.source.licence),
        *(listed("models", (hub_id,)) if hub_id else ()),
        *datasets(job),
        *listed("tags", ("fine-tuning-studio",)),
        "pinned: false",
    ]
    return block(lines)


def readme(job: ExportJob) -> str:
    """Return README.md of the Space."""
    sections = (
        front_matter(job),
        f"# {title(job)}",
        about(job),
        "## What is in it\n\n" + _contents(job),
        "## Put it online\n\n" + _ONLINE,
        "## Try it here\n\n" + _HERE,
        "## Checked\n\n" + _CHECKED,
        "## Measured\n\n" + card.measured(job),
        "## Personal data and secrets\n\n" + card.privacy(job),
        "## Limits\n\n" + card.limits(job),
        "## Licences\n\n" + card.licences(job),
    )
    return "\n\n".join(sections) + "\n"


def _contents(job: ExportJob) -> str:
    whole = holds(job.config) == "merged"
    lines = [
        f"- `{APP}`: the page, with the settings of this model at its top",
        "- `requirements.txt`: the libraries, in the versions that it was checked with",
        f"- `{MODEL}/`: {'the whole model' if whole else 'what was learned'}, and its model card",
    ]
    return "\n".join([*lines, *([] if whole else [f"- `{BASE}/`: the model that it belongs to"])])


_ONLINE = """From this folder, with an account at huggingface.co. For NAME put yours and one of its own, such
as `you/my-model`. Only you see it until you make it public in its settings.

```sh
pip install huggingface_hub
hf auth login
hf repos create NAME --repo-type space --space-sdk gradio --private
hf upload NAME . . --repo-type space
```

Who sees the page can ask the model anything: what it learned by heart, it may say."""
_HERE = """```sh
pip install -r requirements.txt
python app.py
```"""
_CHECKED = (
    f"The files in `{MODEL}` were loaded by themselves and compared with the model in the studio; its card "
    f"has the figures. Then `{APP}` was loaded and asked the same, and answered as the studio's model does."
)
