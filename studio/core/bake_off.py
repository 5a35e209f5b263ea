"""What the bake-off measured: other ways to answer the same held-out rows, beside the exam's two models."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from studio.core.scores import Difference


@dataclass(frozen=True, slots=True)
class Cost:
    """What an arm took. `preparation_seconds`: to be ready for the first question (index, training).

    `peak_memory_bytes`: the most the studio held while the arm sat the exam, see `BakeOff.memory_measured`;
    0 where the system does not tell. `prompt_tokens`: the mean of what was read for one question.
    """

    preparation_seconds: float
    seconds_per_answer: float
    peak_memory_bytes: int
    prompt_tokens: float


@dataclass(frozen=True, slots=True)
class ArmAnswer:
    """How an arm answered a row, and what it was given to read: `sources` name passages or rows.

    `loss`: nats per trained token of the expected answer; None where none is defined for this arm.
    """

    row: int
    text: str
    loss: float | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BestOther:
    """Tuned minus the arm that did best of those that leave the model untouched, on one metric."""

    arm: str
    difference: Difference


@dataclass(frozen=True)
class BakeOff:
    """What `Exam.arms` does not say of its arms, in their order there, base and tuned among them.

    `against_base` by arm and metric: arm minus base, paired. `against_best` by metric: tuned minus the best
    untouched arm. `answers` by arm, for those that are in no `ExamRow`. `prompt`: the user's instruction;
    `documents`: the names of what could be looked up beside the training rows; `searched`: how, in words.
    `rows_searched` of the `rows_learned` could be looked up. By arm: for `shortened` questions not all of
    that fit before them, for `bare` of these nothing did. Of `looked_up` questions `given_away` stood
    themselves, or their expected answers, in a passage of a document.
    """

    costs: Mapping[str, Cost]
    against_base: Mapping[str, Mapping[str, Difference]]
    against_best: Mapping[str, BestOther]
    answers: Mapping[str, tuple[ArmAnswer, ...]] = field(default_factory=dict)
    prompt: str = ""
    documents: tuple[str, ...] = ()
    memory_measured: str = ""
    searched: str = ""
    rows_searched: int = 0
    rows_learned: int = 0
    shortened: Mapping[str, int] = field(default_factory=dict)
    bare: Mapping[str, int] = field(default_factory=dict)
    given_away: int = 0
    looked_up: int = 0


def from_dict(document: Mapping[str, Any]) -> BakeOff:
    """Return what `asdict` made a document of. Raises TypeError or KeyError on anything else."""
    return BakeOff(
        costs={arm: Cost(**cost) for arm, cost in document["costs"].items()},
        against_base={
            arm: {metric: Difference(**found) for metric, found in differences.items()}
            for arm, differences in document["against_base"].items()
        },
        against_best={
            metric: BestOther(best["arm"], Difference(**best["difference"]))
            for metric, best in document["against_best"].items()
        },
        answers={
            arm: tuple(ArmAnswer(**{**each, "sources": tuple(each["sources"])}) for each in answers)
            for arm, answers in document["answers"].items()
        },
        prompt=document["prompt"],
        documents=tuple(document["documents"]),
        memory_measured=document["memory_measured"],
        searched=document.get("searched", ""),
        rows_searched=document.get("rows_searched", 0),
        rows_learned=document.get("rows_learned", 0),
        shortened=document.get("shortened", {}),
        bare=document.get("bare", {}),
        given_away=document.get("given_away", 0),
        looked_up=document.get("looked_up", 0),
    )
