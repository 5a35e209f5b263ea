"""A question of Compare is answered with what the rows and documents of the run say of it."""

import pytest

from studio.core.errors import Refused
from studio.services import answering
from studio.services.views import Source
from tests.services.conftest import ended, planned, wait_for
from tests.services.test_sorting import labelled, trained

__all__ = ["labelled"]


@pytest.fixture
def run(studio, table, tiny_model_folder):
    run = studio.start(planned(studio, table, tiny_model_folder))
    assert ended(studio, run) == "finished"
    return run


def answered(studio, name):
    comparison = studio.comparison(name)
    assert not comparison.error
    return comparison if all(answer.done for answer in comparison.answers.values()) else None


def test_both_models_read_what_is_shown_as_the_sources(studio, run, tmp_path, monkeypatch):
    read = []
    real = answering.prompt_of

    def noting(question, gathered, given):
        read.append(gathered.tokenizer.decode(prompt := real(question, gathered, given)))
        return prompt

    monkeypatch.setattr(answering, "prompt_of", noting)
    path = tmp_path / "zoo.md"
    path.write_text("The zebra sleeps standing.\n")
    studio.add_document(run, path, path.name)
    question = "How does a zebra sleep?"
    informed = studio.ask(question, run, with_retrieval=True)
    found = wait_for(lambda: answered(studio, informed))
    assert found.with_retrieval
    assert found.sources[0] == Source("zoo.md", "line 1", "The zebra sleeps standing.")
    assert len(read) == 2
    assert read[0] == read[1]
    assert "[1] zoo.md, line 1\nThe zebra sleeps standing." in read[0]
    plain = studio.ask(question, run)
    assert wait_for(lambda: answered(studio, plain)).sources == ()
    assert "zebra sleeps" not in read[2]


def test_a_document_that_was_removed_is_not_read_any_more(studio, run, tmp_path):
    path = tmp_path / "zoo.md"
    path.write_text("The zebra sleeps standing.\n")
    added = studio.add_document(run, path, path.name)
    first = studio.ask("zebra", run, with_retrieval=True)
    assert wait_for(lambda: answered(studio, first)).sources
    studio.remove_document(run, added.id)
    second = studio.ask("zebra", run, with_retrieval=True)
    assert wait_for(lambda: answered(studio, second)).sources == ()


def test_looking_up_for_a_text_to_sort_is_refused(studio, labelled, tiny_model_folder):
    run = trained(studio, labelled, tiny_model_folder)
    with pytest.raises(Refused, match="nothing that could be looked up"):
        studio.ask("dog", run, with_retrieval=True)
