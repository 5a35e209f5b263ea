"""What two pages change of the same thing at the same moment stands there afterwards, both of it."""

import threading
from collections.abc import Callable

import pytest

from studio.store.datasets import DatasetFolder
from studio.store.runs import RunFolder
from tests.services.conftest import planned


@pytest.fixture
def in_between(monkeypatch):
    """Let another page do something as soon as this one has read what it is about to write anew."""

    def let(kind: type, other: Callable[[], None], mine: Callable[[], None]) -> None:
        read, page = kind.meta, threading.Thread(target=other)

        def then_the_other(folder: object) -> object:
            found = read(folder)
            if threading.current_thread() is threading.main_thread() and page.ident is None:
                page.start()
                page.join(0.5)
            return found

        with monkeypatch.context() as slow:
            slow.setattr(kind, "meta", then_the_other)
            mine()
        page.join()

    return let


def test_a_run_that_gets_a_name_and_a_note(closed, table, tiny_model_folder, in_between):
    run = closed.start(planned(closed, table, tiny_model_folder))
    in_between(
        RunFolder, lambda: closed.annotate_run(run, "A note"), lambda: closed.rename_run(run, "A name")
    )
    assert (closed.run(run).name, closed.run(run).notes) == ("A name", "A note")


def test_a_data_set_that_gets_a_name_while_a_step_of_it_is_taken_back(closed, table, in_between):
    dataset = closed.add_dataset(table, table.name)
    closed.edit_cell(dataset.id, 2, "prompt", "What?")
    in_between(
        DatasetFolder, lambda: closed.undo(dataset.id), lambda: closed.rename_dataset(dataset.id, "A name")
    )
    assert closed.dataset(dataset.id).name == "A name"
    assert closed.history(dataset.id) == ()
