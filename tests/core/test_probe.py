"""A probe is kept and read again as it was, whatever parts it has."""

import json

import pytest

from studio.core.exam import Score
from studio.core.probe import Asked, ByHeart, Fit, Probe, Recited, Retained, from_dict, to_dict

HALF = Score(0.5, 0.25, 0.75)
RETAINED = Retained(200, 9000, Score(1.2, 1.1, 1.3), HALF, HALF)
LOSSES = {"base": HALF, "tuned": HALF}
FIT = Fit(100, 40, LOSSES, LOSSES, HALF, best_step=8, last_step=16, turned=True)
BY_HEART = ByHeart(90, 30, HALF, HALF, HALF, None, (Recited(7, "Press", "the button."),))
WHOLE = Probe(
    8, "float32", "cpu", 3.5, {"base": "a", "tuned": "b"}, RETAINED, RETAINED, FIT, BY_HEART,
    (Asked("Hello?", "Hi.", "Hello."),),
)  # fmt: skip


@pytest.mark.parametrize("probe", [WHOLE, Probe(1, "", "", 0.0, {}, None, None, None, None)])
def test_what_is_kept_is_read_again_as_it_was(probe: Probe) -> None:
    assert from_dict(json.loads(json.dumps(to_dict(probe)))) == probe


def test_a_later_version_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="version 2"):
        from_dict({**to_dict(WHOLE), "version": 2})
