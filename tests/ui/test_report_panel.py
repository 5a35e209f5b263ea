"""The way to the report is a link into a tab of its own."""

from collections.abc import Callable

from studio.services.views import RunView
from studio.ui.panels.report import way_to_report


def test_the_report_opens_in_a_new_tab_that_knows_nothing_of_this_one(
    run_view: Callable[..., RunView],
) -> None:
    way = way_to_report(run_view(id='run"1'))
    assert 'href="studio/report/run&quot;1" target="_blank" rel="noopener"' in way
    assert "in a new tab" in way
