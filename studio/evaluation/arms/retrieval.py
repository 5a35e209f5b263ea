"""The untouched model with passages before the question, looked up in the training rows and documents."""

from studio.evaluation.arms.given import Given, Stock

TITLE = "With your documents"
TERM = "retrieval, RAG"
SUMMARY = (
    "What is most like the question is looked up in your rows and documents, and read before answering, with "
    "your instructions where you wrote some."
)
MODEL = "base"
NEEDS: tuple[str, ...] = ("rows", "documents")
SORTS = False
SOURCE = "arXiv:2005.11401"


def given(question: str, stock: Stock) -> Given:
    """Return what is read with a question: its passages, and the instruction where there is one."""
    return Given(instruction=stock.instruction, passages=tuple(stock.passages(question)))
