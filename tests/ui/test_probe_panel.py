"""What the Compare step says of a probe: lights in words, numbers with intervals, everything as text."""

from dataclasses import replace

from studio.core.exam import Score
from studio.core.probe import Asked, ByHeart, Fit, Probe, Recited, Retained
from studio.evaluation.lights import lights
from studio.services.gentler import REMEDIES
from studio.services.probes import ProbeView
from studio.ui.panels import probe as panel

HALF = Score(0.5, 0.25, 0.75)
HOSTILE = "<script>alert(1)</script>"
PROBE = Probe(
    8, "float32", "cpu", 3.5, {"base": "abcdefghij", "tuned": "klmnopqrst"},
    Retained(200, 9000, Score(1.62, 1.58, 1.66), Score(0.2, 0.1, 0.3), HALF),
    Retained(100, 1200, Score(1.0, 1.0, 1.0), Score(0.0, 0.0, 0.0), Score(1.0, 1.0, 1.0)),
    Fit(100, 40, {"base": HALF, "tuned": HALF}, {"base": HALF, "tuned": HALF}, Score(-0.01, -0.1, 0.1), 8, 8,
        turned=False),
    ByHeart(90, 30, HALF, HALF, HALF, None, (Recited(7, HOSTILE, "the button."),)),
    (Asked(HOSTILE, "Hi.", "Hi."), Asked("Hello?", "Yes?", HOSTILE)),
)  # fmt: skip


def view(probe: Probe = PROBE, *, earlier: bool = False) -> ProbeView:
    return ProbeView("run1", probe, lights(probe), earlier)


def test_the_folds_own_line_says_the_worst() -> None:
    assert panel.title(None) == "What else changed?"
    assert panel.title(view()) == "What else changed? Red: it forgot much"


def test_each_light_says_its_colour_in_words() -> None:
    html = panel.found(view(), {})
    assert '<li class="red">' in html
    assert "<b>Red. It forgot much.</b> On 200 general texts it is 1.62 times" in html
    assert "<b>Green. It still answers simple requests as before.</b>" in html


def test_text_of_users_and_models_is_shown_as_text() -> None:
    html = panel.found(view(), REMEDIES)
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 3


def test_answers_to_what_must_still_work_stand_side_by_side() -> None:
    html = panel.found(view(), {})
    assert "Your own prompts (2): the same answer to the letter on 1." in html
    assert '<td data-label="Before">Yes?</td>' in html
    assert "must still work" not in panel.found(view(replace(PROBE, asked=())), {})


def test_numbers_have_their_terms_and_intervals() -> None:
    html = panel.found(view(), {})
    assert "perplexity ratio" in html
    assert '<td data-label="Value">1.620</td><td data-label="95 % interval">1.580 to 1.660</td>' in html
    assert "Said word for word after" in html
    assert "<code>klmnopqr</code>" in html


def test_remedies_are_buttons_with_the_term_beside_the_words() -> None:
    html = panel.found(view(), REMEDIES)
    for name, remedy in REMEDIES.items():
        assert f'data-event="remedy" data-remedy="{name}"' in html
        assert f"{remedy.words} <small>{remedy.term}</small>" in html
    assert "What helps" not in panel.found(view(), {})


def test_a_probe_of_an_earlier_point_says_so_and_one_of_sorting_has_what_there_is() -> None:
    assert "Of an earlier point, step 8." in panel.found(view(earlier=True), {})
    sorting = replace(PROBE, texts=None, instructions=None, by_heart=None, asked=())
    html = panel.found(view(sorting), {})
    assert html.count("<li class=") == 1
    assert "perplexity" not in html
