"""A forecast is set beside the truth of a whole run only, and what was not foreseen says why."""

from dataclasses import replace

from studio.core.config import RunConfig
from studio.core.events import Recorded, RunFinished
from studio.core.foreseen import Foreseen
from studio.core.progress import fold
from studio.exporters.facts import DatasetFacts, RunFacts
from studio.exporters.foretold import in_words

STORY = fold([Recorded(9.0, RunFinished(12, 12, 95.0, 900_000_000))])
FACTS = RunFacts(RunConfig("d", "v"), DatasetFacts("d", "v", "pairs"), story=STORY)


def test_the_forecast_stands_beside_the_truth():
    assert in_words(replace(FACTS, foreseen=Foreseen(80.0, 110.0, 1_000_000_000))) == (
        "Time to train: foreseen 1 to 2 min, took 1 min 35 s.",
        "Largest memory held: foreseen 1.0 GB, took 900 MB.",
    )


def test_what_was_not_foreseen_is_told_with_the_reason():
    time, _ = in_words(replace(FACTS, foreseen=Foreseen(0.0, 0.0, 1_000_000_000)))
    assert time == "Time to train: took 1 min 35 s, no rehearsal was held."


def test_a_forecast_that_is_not_set_beside_the_truth_says_why():
    assert in_words(FACTS) == ("No forecast was kept with this run.",)
    cut = replace(FACTS, foreseen=Foreseen(80.0, 110.0, 1_000_000_000), status="stopped")
    assert "ended before its time" in in_words(cut)[0]
