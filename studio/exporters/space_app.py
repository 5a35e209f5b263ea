"""The program of a Space: its script with the settings of this model, and the check that it answers alike."""

from collections.abc import Callable, Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from transformers import AutoModelForCausalLM

from studio.core.config import DataSettings
from studio.core.errors import StudioError
from studio.data.templates import ChatTemplate
from studio.engine.generate import end_tokens
from studio.engine.models import load_tokenizer, model_config, read_model_config, row_tokens
from studio.engine.objectives import objective_named
from studio.engine.tunings import tuning_named
from studio.evaluation.questions import Question
from studio.exporters.adapter_files import SCRIPT as LOAD_ADAPTER
from studio.exporters.endings import as_examined
from studio.exporters.instructions import instruction_of, system_of
from studio.exporters.job import LARGEST_LOGIT_DIFFERENCE, ExportJob
from studio.exporters.parity import NEW_TOKENS, Answered
from studio.exporters.space_page import APP, BASE, about, holds, readme, requirements, title

CHAT = Path(__file__).parent / "scripts" / "space_chat.py"
JUDGE = Path(__file__).parent / "scripts" / "space_judge.py"
_BEGIN, _END = "# --- settings of this model ---\n", "# --- end of settings ---\n"


def write(job: ExportJob, folder: Path) -> None:
    """Write all that stands around the model: program, requirements, description, and the base it needs."""
    (folder / APP).write_text(program(job), encoding="utf-8")
    (folder / "requirements.txt").write_text(requirements(job), encoding="utf-8")
    (folder / "README.md").write_text(readme(job), encoding="utf-8")
    if holds(job.config) == "adapter":
        _write_base(job, folder / BASE)


def program(job: ExportJob) -> str:
    """Return the script with the settings of this model at its top."""
    sorts = bool(job.source.labels)
    before, rest = (JUDGE if sorts else CHAT).read_text(encoding="utf-8").split(_BEGIN)
    settings = _judge_settings(job) if sorts else _chat_settings(job)
    lines = (f"TITLE = {title(job)!r}", f"ABOUT = {about(job)!r}", *settings)
    return before + _BEGIN + "\n".join(lines) + "\n" + _END + rest.split(_END)[1]


def _judge_settings(job: ExportJob) -> tuple[str, ...]:
    rewards = objective_named(job.config.objective).HEAD == "reward"
    return (
        f"REWARDS = {rewards}  # True: it gives an answer one number; else it sorts a text into labels",
        f"MAX_LENGTH = {job.config.part(DataSettings).max_length}  # tokens it reads of a text",
    )


def _chat_settings(job: ExportJob) -> tuple[str, ...]:
    objective, tuning = objective_named(job.config.objective), tuning_named(job.config.tuning)
    rows = (*job.training, *job.held_out) if objective.CHAT else ()
    told = any(system_of(each.record) for each in rows)
    folded = told and ChatTemplate(load_tokenizer(job.source)).folds_system
    attached = "" if tuning.MERGES else "peft" if tuning.PEFT else LOAD_ADAPTER.name
    limit = row_tokens(job.config, read_model_config(job.source)) or 0
    return (
        f"CHATS = {objective.CHAT}  # False: it goes on with a text instead of answering",
        f"SYSTEM = {instruction_of(rows)!r}  # the instruction that it was trained with",
        f"FOLDED = {folded}  # its chat template knows no instruction: it stands before the first question",
        f'ADAPTER = {attached!r}  # "": `model` is the whole model; else what lies there beside `base`',
        f"CONTEXT = {limit}  # tokens it reads and writes at most; 0: without end",
    )


def _write_base(job: ExportJob, folder: Path) -> None:
    """Write the base as its own files hold it, less what only its makers' programs would read."""
    base = AutoModelForCausalLM.from_pretrained(
        job.source.path,
        config=model_config(job.source),
        dtype="auto",
        use_safetensors=True,
        trust_remote_code=False,
        local_files_only=True,
    )
    as_examined(base, sorted(end_tokens(base, load_tokenizer(job.source))))
    base.save_pretrained(folder)


def check(
    job: ExportJob,
    folder: Path,
    asked: Sequence[tuple[Question, Answered]],
    should_stop: Callable[[], bool],
) -> bool:
    """Load the program and ask it what the model was asked; False where it was stopped.

    Raises StudioError where one of its answers is another.
    """
    app, head = _loaded(folder / APP), objective_named(job.config.objective).HEAD
    alike = {"language": _writes_alike, "classes": _sorts_alike, "reward": _judges_alike}[head]
    try:
        for question, answered in asked:
            if should_stop():
                return False
            if not alike(app, question, answered):
                raise StudioError(
                    f"The page does not answer as the model in the studio does: row {question.row} differs.",
                    "Nothing was published. Export again; if it stays so, choose another kind and tell us.",
                )
        return True
    finally:
        app.loaded.cache_clear()  # the next job needs the room


def _loaded(path: Path) -> ModuleType:
    """Load the program as Python would; it starts no page by that."""
    described = spec_from_file_location("app_of_a_space", path)
    assert described is not None
    assert described.loader is not None
    app = module_from_spec(described)
    described.loader.exec_module(app)
    return app


def _writes_alike(app: ModuleType, question: Question, answered: Answered) -> bool:
    turns = [{"role": turn.role, "content": turn.content} for turn in question.messages]
    if app.SYSTEM:  # the program says it by itself
        turns = [turn for turn in turns if turn["role"] != "system"]
    if not app.CHATS:
        turns = [{"role": "user", "content": question.text}]
    *_, text = app.answer(turns, NEW_TOKENS, 0)
    _, tokenizer = app.loaded()
    return text == tokenizer.decode(answered.tokens, skip_special_tokens=True)


def _sorts_alike(app: ModuleType, question: Question, answered: Answered) -> bool:
    shares, (model, _) = app.sort(question.text), app.loaded()
    return max(shares, key=shares.__getitem__) == model.config.id2label[answered.tokens[0]]


def _judges_alike(app: ModuleType, question: Question, answered: Answered) -> bool:
    turns = [{"role": turn.role, "content": turn.content} for turn in question.messages]
    return abs(app.judge(turns) - answered.logits.item()) <= LARGEST_LOGIT_DIFFERENCE
