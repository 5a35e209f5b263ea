"""What the rows of a run ask in words: a reward looks at it, where training itself needs only tokens."""

from collections.abc import Mapping
from itertools import chain

from studio.core.records import question_and_answer
from studio.data.questions import Asked
from studio.engine.objectives import learns_from_reward
from studio.services.setting_aside import Parts


def asked_in(objective: str, parts: Parts) -> Mapping[int, Asked]:
    """Return what each row asks, and its own answer; nothing where that answer is what is learned."""
    if not learns_from_reward(objective):
        return {}
    rows = chain(parts.training, parts.held_out)
    return {each.row: Asked(*question_and_answer(each.record)) for each in rows}
