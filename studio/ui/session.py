"""What one browser tab looks at. Kept in the address bar and the browser's storage, never on the server.

The values are ids only: everything they name is looked up afresh, so a restarted server, a second tab
or a phone shows the same run.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from studio.charts.runs import AXES, Axis
from studio.core.config import DataSettings
from studio.core.errors import Refused, StudioError
from studio.core.events import ACTIVE
from studio.core.knobs import KnobValue
from studio.core.recipes import RECIPES
from studio.data.inspect import training_refusal
from studio.engine.objectives import OBJECTIVES
from studio.engine.objectives import objectives_for as fitting_objectives
from studio.engine.tunings import TUNINGS
from studio.services.gentler import REMEDIES
from studio.services.studio import Studio
from studio.services.views import DatasetView, RunView
from studio.services.views_of_data import UploadView
from studio.ui.typed import read_typed
from studio.ui.uploads import upload_of
from studio.ui.voices import talk_of, writes

HUB, FOLDER = "hub", "folder"
STEPS = ("data", "method", "train", "compare", "export", "chat")
STORAGE_KEY = "fine-tuning-studio"
STORAGE_SECRET = "ids only"
"""Gradio wants one and must not draw it at random (the value would be lost at a restart)."""


@dataclass(frozen=True)
class Session:
    step: str = "data"
    dataset: str = ""
    run: str = ""
    question: str = ""
    """Id of the comparison last asked for."""
    recipe: str = "balanced"
    place: str = "starter"
    """Where the model comes from: the id of one that is listed, or `HUB` or `FOLDER`."""
    elsewhere: str = ""
    """Name on the hub, or folder."""
    tuning: str = "lora"
    objective: str = "chat"
    kind: str = ""
    """The export that is looked at; "" is the first that the run can be handed over as."""
    example: int = 0
    """Which example the learning view shows, counted from 0."""
    upload: str = ""
    """Id of the file that is being read, or could not be."""
    trial: str = ""
    """The fix that is looked at, as `panels/fixing.py` names it; nothing is changed yet."""
    finding: str = ""
    """The finding whose rows the table shows, as `panels/rows.py` names it; empty where it shows all."""
    top: int = 0
    """Where the table's page begins among the rows that it shows, counted from 0."""
    typed: Mapping[str, KnobValue] = field(default_factory=dict)
    """The settings that are other than the recipe says."""
    compared: str = ""
    """Ids of the runs that are set side by side, with spaces between them."""
    axis: Axis = "step"
    """What stands across their chart."""
    arms: str = "prompt few_shot retrieval"
    """The further ways that are ticked for the bake-off, with spaces between them."""
    like: str = ""
    """The run whose settings the Method step begins with, instead of a recipe's."""
    remedy: str = ""
    """What is changed at once in the settings of that run, as `services/gentler.py` names it."""
    talk: str = ""
    """The conversation that is led."""
    voices: str = ""
    """Who answers in it, with spaces between them; the run that is open where nobody was chosen."""

    @property
    def model(self) -> str:
        """The model as `plan` takes it; empty where one of elsewhere is not named yet."""
        return self.elsewhere.strip() if self.place in (HUB, FOLDER) else self.place

    @property
    def chosen(self) -> tuple[str, ...]:
        """The runs that are set side by side."""
        return tuple(dict.fromkeys(self.compared.split()))

    @property
    def ways(self) -> tuple[str, ...]:
        """The further ways of the bake-off that are ticked."""
        return tuple(dict.fromkeys(self.arms.split()))

    def document(self) -> dict[str, Any]:
        return asdict(self)

    def at(self, step: str) -> "Session":
        return replace(self, step=step)

    def cut_at(self, tokens: int) -> "Session":
        """Return the session with this longest example, which it names where the recipe says another.

        It is always named where the settings are those of an earlier run: that may have had another as well.
        """
        others = {name: value for name, value in self.typed.items() if name != "max_length"}
        is_said = tokens == longest_example(replace(self, typed=others)) and not self.like
        return replace(self, typed=others if is_said else {**others, "max_length": tokens})


def longest_example(session: Session) -> int:
    """Return the longest example of a run, in tokens: what was typed, else what the recipe says."""
    said = RECIPES[session.recipe].knobs.get("max_length", DataSettings().max_length)
    return int(session.typed.get("max_length", said))


TEXTS = (
    "dataset", "run", "question", "upload", "trial", "finding", "recipe", "place", "elsewhere", "tuning",
    "objective", "kind", "compared", "axis", "arms", "like", "remedy", "talk", "voices",
)  # fmt: skip
NUMBERS = ("example", "top")
KNOWN = {"axis": AXES, "recipe": RECIPES, "tuning": TUNINGS, "objective": OBJECTIVES, "remedy": REMEDIES}


def read(document: object) -> Session:
    """Return the session a browser sent. Whatever does not belong there is left out."""
    if not isinstance(document, Mapping):
        return Session()
    step = document.get("step")
    texts = {name: value for name in TEXTS if isinstance(value := document.get(name), str)}
    for name, known in KNOWN.items():
        if texts.get(name) not in known:
            texts.pop(name, None)
    numbers = {name: value for name in NUMBERS if isinstance(value := document.get(name), int) and value >= 0}
    typed = read_typed(document.get("typed"))
    return Session(step=step if step in STEPS else "data", typed=typed, **numbers, **texts)


@dataclass(frozen=True)
class Facts:
    """A session with what its ids name now; an id that names nothing any more is dropped."""

    session: Session
    dataset: DatasetView | None
    run: RunView | None
    runs: tuple[RunView, ...] = ()
    upload: UploadView | None = None
    """The file that is being read, or could not be, as it stood when the session was looked up."""


def look_up(studio: Studio, session: Session) -> Facts:
    """Resolve the ids of a session; a step that is locked gives way to the last one that is open."""
    upload = upload_of(studio, session.upload)
    session = _received(session, upload)
    runs = tuple(studio.runs())
    run = next((view for view in runs if view.id == session.run), None)
    dataset = _dataset(studio, session.dataset or (run.config.dataset if run else ""))
    known = replace(
        session,
        run=run.id if run else "",
        dataset=dataset.id if dataset else "",
        question=session.question if run else "",
        objective=_fitting(dataset, session.objective),
        compared=" ".join(each for each in session.chosen if each in {view.id for view in runs}),
        like=session.like if any(view.id == session.like for view in runs) else "",
        talk=session.talk if talk_of(studio, session.talk) else "",
    )
    facts = Facts(known, dataset, run, runs, upload if known.upload else None)
    open_steps = [step for step in STEPS if lock(facts, step) is None]
    if known.step in open_steps:
        return facts
    return replace(facts, session=known.at("train" if "train" in open_steps else open_steps[-1]))


def welcome(studio: Studio, session: Session, *, addressed: bool) -> Session:
    """Return where a page that is opened afresh begins: where it was, else with the run that is live."""
    if addressed or session.run or session.dataset:
        return session
    live = next((run for run in studio.runs() if run.status in ACTIVE), None)
    if live is None:
        return session
    return Session("train", dataset=live.config.dataset, run=live.id)


def lock(facts: Facts, step: str) -> str | None:
    """Return why a step cannot be opened yet, in words, or None."""
    if step == "method" and facts.dataset is None:
        return "Add examples first"
    if step == "method" and training_refusal(facts.dataset.report) is not None:
        return "These examples cannot be used yet"
    if step == "train" and not facts.runs:
        return "Choose a recipe first"
    if step in ("compare", "export", "chat") and facts.run is None:
        return "After training"
    if step in ("compare", "export", "chat") and not facts.run.checkpoints:
        return "After the first save"
    if step == "chat" and not writes(facts.run):
        return "This run writes no answers"
    return None


def objectives_for(dataset: DatasetView) -> tuple[str, ...]:
    """Return what can be learned from such rows, told from the first ones."""
    return fitting_objectives(*(sourced.record for sourced in dataset.preview))


def _fitting(dataset: DatasetView | None, objective: str) -> str:
    """Return the objective, or where these rows cannot be learned so the first that they can."""
    fitting = objectives_for(dataset) if dataset else ()
    return objective if objective in fitting or not fitting else fitting[0]


def refuse_folder(model: str, listed: Collection[str]) -> None:
    """Raise Refused for a model that is no name on the hub: a visitor from elsewhere names no folders."""
    hub_name = re.fullmatch(r"[\w-][\w.-]*(/[\w-][\w.-]*)?", model)
    if model and model not in listed and (hub_name is None or Path(model).exists()):
        raise Refused(
            f"{model!r} is not a name on the hub.",
            "Name it as the hub does, owner/model; folders are opened where the studio runs.",
        )


def opened(session: Session, dataset: str) -> Session:
    """Return a session on this data set; a run of another one is let go, and what was typed for that."""
    if session.dataset != dataset:
        session = replace(session, dataset=dataset, run="", question="", typed={})
    return replace(session, example=0, trial="", finding="", top=0)


def _received(session: Session, upload: UploadView | None) -> Session:
    """Open the file that was being read once it is a data set, unless the visitor went on to another step."""
    if upload is None:
        return session
    if upload.state == "stopped":
        return replace(session, upload="")
    if upload.state == "done" and session.step == "data":
        return opened(replace(session, upload=""), upload.dataset)
    return session


def _dataset(studio: Studio, dataset: str) -> DatasetView | None:
    if not dataset:
        return None
    try:
        return studio.dataset(dataset)
    except StudioError:
        # Deleted in another tab, or by hand: the page goes on without it.
        return None
