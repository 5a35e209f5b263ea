"""The loss curve."""

import json

from studio.charts.curve import curve_document, script_file


def test_the_curve_has_a_trace_for_each_loss_and_keeps_the_readers_zoom() -> None:
    document = json.loads(json.dumps(curve_document()))
    assert [trace["name"] for trace in document["data"]] == ["On your examples", "On held-back examples"]
    assert document["layout"]["uirevision"], "without a constant uirevision Plotly forgets the zoom"


def test_the_script_lies_in_the_installed_package() -> None:
    path = script_file()
    assert path.name == "plotly.min.js"
    assert path.stat().st_size > 1_000_000
