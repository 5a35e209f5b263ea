"""What the exam's metrics are called: the plain words, the technical term, which way is better.

The screen, the advice and the intervals read it; the classes in `evaluation/metrics` only measure. They
stand on libraries that are too heavy for the first page, so the words cannot stand beside the code.
"""

from dataclasses import dataclass
from typing import Literal

from studio.core.exam import ComparisonVerdict
from studio.core.words import decimals, percentage, telling_digits


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric as people read it. `digits` after the point; None: a fraction that is shown in percent.

    `better` is None where it only describes: then no change of it is called better or worse.
    """

    title: str
    term: str
    better: Literal["lower", "higher"] | None
    digits: int | None = None

    @property
    def small_print(self) -> str:
        """Return the technical term and which way is better; the term says so itself where none is."""
        return f"{self.term}; {self.better} is better" if self.better else self.term

    def said(self, number: float, *, signed: bool = False) -> str:
        """Return a value of it as people read it, with a plus sign where a change is meant."""
        if self.digits is None:
            return percentage(number, signed=signed)
        return decimals(number, telling_digits(number, self.digits), signed=signed)


VERDICTS: dict[ComparisonVerdict, str] = {
    "better": "better",
    "same": "no clear difference",
    "worse": "worse",
    "too_few": "too few rows to tell",
}
"""What may be concluded from a difference, in words."""

MEASURES: dict[str, Measure] = {
    "loss": Measure("Error on held-back rows", "loss, nats per trained token", "lower", 3),
    "perplexity": Measure("Surprise per token", "perplexity", "lower", 2),
    "bits_per_byte": Measure("Error per byte of plain text", "bits per byte", "lower", 3),
    "reward": Measure("Reward of its answers", "mean reward, by this run's own rewards", "higher", 3),
    "preferred": Measure("Pairs whose better answer it prefers", "ranking accuracy", "higher"),
    "preferred_per_token": Measure(
        "Pairs whose better answer it prefers, length set aside", "ranking accuracy, nats per token", "higher"
    ),
    "gained": Measure(
        "Pairs whose better answer training raised more", "accuracy of implicit rewards; chance is 50 %", None
    ),
    "rated_apart": Measure(
        "A good answer is found likelier than a bad one", "AUC over nats per token; chance is 50 %", "higher"
    ),
    "accuracy": Measure("Rows sorted rightly", "accuracy", "higher"),
    "precision_macro": Measure("Given labels that are right", "macro precision", "higher"),
    "recall_macro": Measure("Rows of each label that are found", "macro recall", "higher"),
    "f1_macro": Measure("Precision and recall in one", "macro F1", "higher"),
    "label_written": Measure("Sorted rightly by what it writes", "label named, accuracy", "higher"),
    "label_scored": Measure("Sorted rightly by the likeliest label", "label likelihood, accuracy", "higher"),
    "exact_match": Measure("Answers word for word", "exact match", "higher"),
    "normalised_match": Measure("Answers alike but for case and marks", "normalised match", "higher"),
    "rougeL": Measure("Words shared, in the same order", "ROUGE-L, 0 to 1", "higher", 3),
    "rouge1": Measure("Words shared with the expected answer", "ROUGE-1, 0 to 1", "higher", 3),
    "rouge2": Measure("Pairs of words shared", "ROUGE-2, 0 to 1", "higher", 3),
    "chrf": Measure("Letters in a row shared", "chrF, 0 to 100", "higher", 1),
    "bleu": Measure("Up to four words in a row shared", "BLEU, 0 to 100", "higher", 1),
    "steadiness": Measure(
        "The same answer to other words", "consistency over three phrasings, ROUGE-L, 0 to 1", "higher", 3
    ),
    "unsupported": Measure(
        "Statements that no source supports", "unsupported sentences, an estimate by shared words", "lower"
    ),
    "repetition": Measure("Saying the same again", "repeated 4-grams", "lower"),
    "answer_words": Measure("Length of an answer", "words; neither way is better", None, 1),
    "seconds_per_answer": Measure("Time for an answer", "seconds, many at once; the machine's pace", None, 2),
}
"""By the name in `evaluation.metrics.METRICS`."""

WON_BY: dict[str, tuple[str, str]] = {
    "reward": ("The run's own reward", "win rate; ties left out, exact interval"),
    "votes": ("People, the names hidden", "blind votes; ties left out, exact interval"),
}
"""Who says whose answer to a question is the better one, with the technical term."""
