"""A row that the model's template cannot write is set aside by name for that run; the rest is learned."""

import json
import shutil

import pytest

from studio.core.config import DataSettings
from studio.core.errors import StudioError
from studio.services.setting_aside import set_aside
from studio.store.runs import RunFolder
from tests.services.conftest import ended, job_ended, wait_for

TEMPLATE = (
    "{% if messages | length > 2 %}{{ raise_exception('only one question') }}{% endif %}"
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


@pytest.fixture
def strict_model(tiny_model_folder, tmp_path):
    """A model whose template takes one question with its answer and no longer exchange."""
    folder = shutil.copytree(tiny_model_folder, tmp_path / "strict")
    (folder / "chat_template.jinja").write_text(TEMPLATE)
    return folder


def planned(studio, tmp_path, model, *, refused: range):
    """Plan a run on 40 conversations, of which the rows in `refused` go on after the first answer."""
    path = tmp_path / "chats.jsonl"
    lines = []
    for row in range(1, 41):
        turns = [
            {"role": "user", "content": f"What is {row}?"},
            {"role": "assistant", "content": f"It is {row}."},
        ]
        lines.append(json.dumps({"messages": turns * 2 if row in refused else turns}))
    path.write_text("\n".join(lines), encoding="utf-8")
    dataset = studio.add_dataset(path, path.name).id
    return studio.plan(
        dataset, model=str(model), knobs={"steps": 2, "evaluations": 1, "held_out_percent": 20}
    )


def test_rows_that_the_template_refuses_are_set_aside_in_the_run_and_its_exam(studio, tmp_path, strict_model):
    config = planned(studio, tmp_path, strict_model, refused=range(3, 20, 5))
    run = studio.start(config)
    assert ended(studio, run) == "finished", studio.run(run).failure
    view = studio.run(run)
    (warning,) = [text for text in view.warnings if "set aside" in text]
    assert "4 rows cannot be used with this model and are set aside: rows 3, 8, 13, 18." in warning
    assert view.training_rows + view.held_out_rows == 36
    assert set_aside(studio._home.runs.folder(run)) == {3, 8, 13, 18}
    job = studio.start_exam(run)
    assert job_ended(studio, run, job) == "finished"
    assert studio.exam(run).rows == view.held_out_rows


def test_where_too_few_rows_are_left_the_run_says_why_it_cannot_go_on(studio, tmp_path, strict_model):
    run = studio.start(planned(studio, tmp_path, strict_model, refused=range(1, 35)))
    assert ended(studio, run) == "failed"
    view = studio.run(run)
    assert "6 rows are left that this model can take" in view.failure
    assert "Row 1: " in view.failure
    assert view.failure_hint


def test_the_forecast_tells_how_many_rows_the_model_cannot_take(studio, tmp_path, strict_model):
    config = planned(studio, tmp_path, strict_model, refused=range(3, 20, 5))
    assert config.part(DataSettings).max_rows == 0
    found = wait_for(lambda: found if (found := studio.forecast(config)).cut is not None else None)
    assert (found.not_taken, found.cut) == (4, 0)
    measured = wait_for(lambda: found if (found := studio.forecast(config)).measured else None)
    assert measured.seconds_low > 0, "the rehearsal leaves them out as the run does"


@pytest.mark.parametrize("content", ["", '{"version": 1}', '{"version": 1, "rows": 3}'])
def test_a_damaged_list_of_rows_is_named(tmp_path, content):
    (tmp_path / "set_aside.json").write_text(content)
    with pytest.raises(StudioError, match=r"set_aside\.json is damaged"):
        set_aside(RunFolder(tmp_path))
