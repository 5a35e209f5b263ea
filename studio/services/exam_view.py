"""The newest exam of a run as the screen and `exam --json` show it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from studio.core.bake_off import BakeOff
from studio.core.exam import ClassScores, Difference, ExamRow, Score, Wins
from studio.core.verdict import Verdict


@dataclass(frozen=True)
class ExamView:
    """As in `core.exam.Exam`. `earlier`: a step that is no longer the best of a run that went on."""

    run: str
    rows: int
    answered: int
    arms: Mapping[str, Mapping[str, Score]]
    differences: Mapping[str, Difference]
    table: tuple[ExamRow, ...]
    verdict: Verdict
    weights_hashes: Mapping[str, str] = field(default_factory=dict)
    step: int = 0
    earlier: bool = False
    before: str = ""
    in_other_words: str = ""
    signatures: Mapping[str, str] = field(default_factory=dict)
    answer_tokens: int = 0
    classes: tuple[ClassScores, ...] = ()
    bake_off: BakeOff | None = None
    advice: Verdict | None = None
    """What the bake-off says about tuning; None where no other way was tried."""
    seconds: float = 0.0
    """What the exam took, all arms together."""
    judges: bool = False
    wins: Mapping[str, Wins] = field(default_factory=dict)
    """Against the untouched model, by `reward` and by `votes`, where there are any."""
    left_out: int = 0
    left_out_why: str = ""
