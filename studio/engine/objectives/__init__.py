"""What is learned: one file for each objective, registered here. Importable without torch.

An objective module has TITLE, SUMMARY, WHEN (to pick it), SOURCE, Config, HEAD (what stands on top of the
model: `language`, `classes`, or `reward`, which is one number), CHAT (whether rows are written in the chat
template), WINDOWS (whether long rows become several windows and short ones share a row, instead of being
cut), METRICS (what its exam can measure), RATE_SHARE where it takes other steps than its tuning would (how
large they are beside those), and the functions accepts, encode, loss.
One that learns from preferences has instead of `loss` the function weigh, which `engine/preferring.py` calls,
with REFERENCE (whether the untouched model is asked as well), MEASURES (what is told of each step beside the
loss), and where it has one SHARED (what is found over a whole step first, see `engine/whole_step.py`) and
QUESTIONS (whether the better answer's question is learned, too).
One that learns from a reward has instead the functions advantages and policy_loss, which
`engine/attempts.py` and `engine/reinforcing.py` call, and REFERENCE; its Config has the knobs of `Sampling`
and `Rewarded`.
"""

from types import ModuleType

from studio.core.errors import Refused
from studio.core.records import Record
from studio.engine.objectives import (
    chat,
    classification,
    completion,
    distillation,
    dpo,
    grpo,
    kto,
    orpo,
    reinforce,
    reward,
    rloo,
    simpo,
    text,
)

OBJECTIVES: dict[str, ModuleType] = {
    "chat": chat,
    "completion": completion,
    "text": text,
    "classification": classification,
    "distillation": distillation,
    "dpo": dpo,
    "orpo": orpo,
    "simpo": simpo,
    "kto": kto,
    "reward": reward,
    "grpo": grpo,
    "rloo": rloo,
    "reinforce": reinforce,
}
"""In the order of the screen. Of those that a kind of record can be learned by, the first is usual."""


def objective_named(name: str) -> ModuleType:
    """Return the objective. Raises Refused listing the known ones."""
    if name not in OBJECTIVES:
        raise Refused(f"There is no objective named {name!r}.", f"Known: {', '.join(OBJECTIVES)}.")
    return OBJECTIVES[name]


def objectives_for(*records: Record) -> tuple[str, ...]:
    """Return the names of the objectives by which all these can be learned, the usual one first."""
    return tuple(
        name for name, module in OBJECTIVES.items() if all(module.accepts(record) for record in records)
    )


def learns_from_reward(name: str) -> bool:
    """Return whether the model tries answers of its own, which are then scored."""
    return hasattr(objective_named(name), "policy_loss")
