"""The tuned model with looked-up passages before the question."""

from studio.evaluation.arms.given import Given, Stock

TITLE = "Tuned, with your documents"
TERM = "fine-tuned with retrieval"
SUMMARY = "The model you trained reads what was looked up in your rows and documents before it answers."
MODEL = "tuned"
NEEDS: tuple[str, ...] = ("rows", "documents")
SORTS = False
SOURCE = "arXiv:2403.10131"


def given(question: str, stock: Stock) -> Given:
    """Return what is read with a question: its passages. The instruction is the untouched model's alone."""
    return Given(passages=tuple(stock.passages(question)))
