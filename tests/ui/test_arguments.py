"""What a program made up does not reach a handler; what a page sends does."""

from typing import Any

import gradio as gr
import pytest

from studio.core.errors import Refused
from studio.ui.arguments import STRANGE, checked


def brought(*values: Any, fields: tuple[gr.blocks.Block, ...]) -> tuple[Any, ...]:
    return checked(lambda *given: given, fields)(*values)


def test_what_a_page_sends_comes_as_it_is() -> None:
    fields = (gr.Textbox(), gr.Checkbox(), gr.File(), gr.Number(), gr.BrowserState({}))
    values = ("a text", True, "/tmp/rows.csv", 3, {"step": "data"})
    assert brought(*values, fields=fields) == values


def test_an_empty_field_of_text_is_the_empty_text_and_no_file_is_none() -> None:
    fields = (gr.Textbox(), gr.HTML(), gr.File(), gr.Number())
    assert brought(None, None, None, None, fields=fields) == ("", "", None, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [(gr.Textbox, ["a"]), (gr.HTML, {}), (gr.Checkbox, "yes"), (gr.Checkbox, 2), (gr.File, ["/etc/passwd"])],
)
def test_what_a_field_cannot_hold_is_told_and_not_handled(field: type, value: Any) -> None:
    with pytest.raises(gr.Error, match=STRANGE):
        brought(value, fields=(field(),))


def test_of_a_list_one_thing_is_chosen() -> None:
    field = gr.Dropdown(["a", "b"])
    assert brought("a", fields=(field,)) == ("a",)
    with pytest.raises(gr.Error, match=STRANGE):
        brought(["a"], fields=(field,))


def test_an_event_that_says_nothing_is_told() -> None:
    event = gr.EventData(None, {"id": "x"})
    assert brought(event, fields=())[0].id == "x"
    with pytest.raises(gr.Error, match=STRANGE):
        brought(gr.EventData(None, None), fields=())


def test_what_a_handler_refuses_is_told_in_its_words() -> None:
    def refuse() -> None:
        raise Refused("There is no such run.", "Choose another.")

    with pytest.raises(gr.Error, match=r"There is no such run\. Choose another\.") as told:
        checked(refuse, ())()
    assert not told.value.print_exception
