"""The way to the run report from the Compare step: it opens in a tab of its own."""

from studio.services.views import RunView
from studio.ui.markup import escape


def way_to_report(run: RunView) -> str:
    """Return what the report holds, and the link that opens it."""
    return (
        '<section class="panel" aria-label="Report"><h3>The report</h3>'
        "<p>One page for those who decide: data, method, how well it does, and its limits. "
        "It prints well.</p>"
        f'<p class="below"><a class="plain" href="studio/report/{escape(run.id)}" target="_blank" '
        'rel="noopener">Open the report<span class="unseen"> in a new tab</span></a></p></section>'
    )
