"""The report of a run as it stands now, to be opened in the browser: written anew each time, never kept."""

from studio.exporters.report.page import report
from studio.services.comparisons import Questions
from studio.services.facts import gather
from studio.store.home import Home


def page(home: Home, questions: Questions, run: str) -> str:
    """Return the report as HTML. Raises Refused where there is none; may take seconds."""
    return report(gather(home, home.runs.folder(run), questions))
