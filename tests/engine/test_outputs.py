"""A head has the outputs that its objective needs; where the model writes, it has none."""

from studio.engine.outputs import outputs_of


def test_only_what_sorts_or_judges_has_a_head(tiny_lesson):
    _, sorted_rows = tiny_lesson("classification")
    _, rated = tiny_lesson("kto")
    assert outputs_of("classification", sorted_rows) == ("other", "what")
    assert outputs_of("kto", rated) == ()  # how an answer was rated is no class to sort into
    assert outputs_of("reward", ()) == ("reward",)
    assert outputs_of("chat", ()) == ()
