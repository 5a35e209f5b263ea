"""A choice becomes a run description: recipe, then the tuning's own rate, then the user's knobs."""

import json
from dataclasses import replace

import pytest

from studio.core.config import DataSettings, Optimisation, RunConfig, to_dict
from studio.core.errors import Refused
from studio.engine.sources import ModelSource
from studio.engine.step_size import usual_rate
from studio.engine.tunings import TUNINGS
from studio.services.choices import Choice, complete, known_knobs, read_choice
from studio.services.methods import read_description


@pytest.fixture
def dataset(closed, table):
    return closed.add_dataset(table, table.name).id


def test_every_knob_of_the_method_has_a_value(closed, dataset):
    config = closed.plan(dataset)
    assert set(config.knobs) == set(known_knobs("chat", "lora"))
    assert (config.model, config.objective, config.tuning, config.recipe) == (
        "starter",
        "chat",
        "lora",
        "balanced",
    )


@pytest.mark.parametrize("tuning", TUNINGS)
def test_the_recipe_comes_first_then_the_rate_of_both_then_the_users_own(closed, dataset, tuning):
    quick = closed.plan(dataset, "quick", tuning=tuning)
    assert quick.part(DataSettings).max_rows == 128
    assert quick.part(Optimisation).learning_rate == usual_rate("chat", tuning, "quick")
    assert closed.plan(dataset, tuning=tuning).part(Optimisation).learning_rate == usual_rate("chat", tuning)
    mine = closed.plan(dataset, "quick", tuning=tuning, knobs={"learning_rate": 0.5, "max_rows": 7})
    assert (mine.part(Optimisation).learning_rate, mine.part(DataSettings).max_rows) == (0.5, 7)


KINDS = {
    "question,answer": "chat",
    "text,label": "chat",
    "text": "text",
    "prompt,chosen,rejected": "dpo",
    "prompt,completion,rating": "kto",
}


@pytest.mark.parametrize("columns", KINDS)
def test_what_is_learned_follows_from_the_kind_of_rows_where_nobody_chooses(closed, tmp_path, columns):
    few = {"label": ("one", "two"), "rating": ("yes", "no")}
    rows = (
        ",".join(few[name][row % 2] if name in few else f"{name} {row}" for name in columns.split(","))
        for row in range(30)
    )
    path = tmp_path / "rows.csv"
    path.write_text("\n".join([columns, *rows]))
    config = closed.plan(closed.add_dataset(path, path.name).id)
    assert config.objective == KINDS[columns]
    assert config.knobs.keys() == known_knobs(KINDS[columns], "lora").keys()


def test_rows_that_cannot_be_learned_so_are_refused_with_how_they_can_be(closed, dataset):
    with pytest.raises(Refused, match="cannot be learned as 'dpo'") as refused:
        closed.plan(dataset, objective="dpo")
    assert "chat (Answer in chat), completion (Continue a text)" in refused.value.hint


def test_a_setting_of_any_objective_can_be_typed_before_the_rows_are_known(closed, dataset):
    choice = read_choice({}, {"dpo_beta": "0.5"})
    assert choice == Choice(knobs={"dpo_beta": 0.5})
    with pytest.raises(Refused, match="no setting named 'dpo_beta'"):
        closed.plan(dataset, knobs=choice.knobs)


def test_all_problems_are_told_at_once(closed, dataset):
    with pytest.raises(Refused) as refused:
        closed.plan(dataset, knobs={"rank": 0, "epochs": "many", "rnak": 3})
    for word in ("rank", "epochs", "'rnak'"):
        assert word in refused.value.message
    assert "Known settings: max_length" in refused.value.hint


@pytest.mark.parametrize(
    "choice",
    [{"recipe": "slow"}, {"tuning": "lroa"}, {"objective": "chess"}],
    ids=lambda choice: next(iter(choice)),
)
def test_an_unknown_name_lists_the_known_ones(closed, dataset, choice):
    with pytest.raises(Refused, match="Known: "):
        closed.plan(dataset, **choice)


def test_too_few_rows_are_refused_before_anything_is_started(closed, tmp_path):
    path = tmp_path / "few.csv"
    path.write_text("question,answer\na,b\nc,d\n")
    view = closed.add_dataset(path, path.name)
    with pytest.raises(Refused, match="10"):
        closed.plan(view.id)


def test_settings_of_a_command_line_are_read_in_their_own_types():
    choice = read_choice(
        {"model": "m"}, {"recipe": "quick", "steps": "20", "dropout": "0.5", "schedule": "linear"}
    )
    assert choice == Choice("quick", "m", knobs={"steps": 20, "dropout": 0.5, "schedule": "linear"})
    with pytest.raises(Refused) as refused:
        read_choice({}, {"steps": "many", "stpes": "3"})
    assert "steps" in refused.value.message
    assert "'stpes'" in refused.value.message


def test_a_run_description_is_told_from_a_table_of_rows(closed, dataset, tmp_path):
    config = closed.plan(dataset)
    path = tmp_path / "config.json"
    path.write_text(json.dumps(to_dict(config)))
    assert read_description(path) == config
    for content in ("[1]", '{"question": "a"}', "{", '[{"dataset": "a"}]'):
        path.write_text(content)
        assert read_description(path) is None


def test_a_description_is_repeated_with_the_version_of_its_data(closed, dataset, tmp_path):
    config = closed.plan(dataset, "quick", knobs={"steps": 3})
    closed.remap(dataset, {"input": "answer", "output": "question"})
    assert closed.repeat(config, Choice("quick", knobs=config.knobs), beside=tmp_path) == config
    with pytest.raises(Refused, match="no version"):
        closed.repeat(closed.plan(dataset).__class__(dataset, "0" * 12), Choice(), beside=tmp_path)


def test_a_run_begins_with_the_commit_that_lies_here(closed, dataset, tiny_model_folder, monkeypatch):
    here = ModelSource("owner/model", tiny_model_folder, "c" * 40, "", "")
    monkeypatch.setattr("studio.services.methods.source_here", lambda model, revision: here)
    config = closed.plan(dataset, model="owner/model")
    assert config.revision == ""
    run = closed.start(config)
    assert closed.run(run).config.revision == "c" * 40


def test_another_model_than_the_described_one_has_not_its_commit(closed, dataset, tmp_path):
    described = replace(closed.plan(dataset, model="owner/model"), revision="c" * 40)
    same = closed.repeat(described, Choice(model="owner/model"), beside=tmp_path)
    other = closed.repeat(described, Choice(model="owner/other"), beside=tmp_path)
    assert (same.revision, other.revision) == ("c" * 40, "")


def test_the_commit_of_a_description_beside_its_file_is_kept(closed, table):
    described = RunConfig(table.name, "", model="owner/model", revision="c" * 40)
    found = closed.repeat(described, Choice(model="owner/model"), beside=table.parent)
    assert (found.revision, bool(found.dataset_version)) == ("c" * 40, True)


def test_rows_longer_than_the_model_reads_are_refused_at_the_start(closed, dataset, tiny_model_folder):
    config = closed.plan(dataset, model=str(tiny_model_folder), knobs={"max_length": 2000})
    with pytest.raises(Refused, match="This model reads 1024 tokens at most"):
        closed.start(config)
    assert closed.runs() == ()


def test_models_used_before_are_offered_again(closed, dataset, tiny_model_folder):
    closed.start(closed.plan(dataset, model=str(tiny_model_folder)))
    assert [model.id for model in closed.models()] == ["starter", str(tiny_model_folder)]


def test_a_forecast_counts_the_steps_and_says_that_it_is_not_measured(closed, dataset, tiny_model_folder):
    config = closed.plan(dataset, model=str(tiny_model_folder), knobs={"steps": 3, "held_out_percent": 20})
    found = closed.forecast(config)
    assert (found.steps, found.training_rows + found.held_out_rows) == (3, 60)
    assert not found.measured
    assert found.fits
    assert found.memory_bytes > 0


def test_a_run_that_cannot_fit_is_refused_with_what_it_takes(closed, dataset, tiny_model_folder, monkeypatch):
    from studio.core.system import Memory

    config = closed.plan(dataset, model=str(tiny_model_folder), tuning="full")
    monkeypatch.setattr("studio.services.forecasts.memory", lambda: Memory(1, 1))
    monkeypatch.setattr("studio.services.forecasts.process_memory_bytes", lambda: 0)
    with pytest.raises(Refused, match=r"needs about .* GB of memory .* Choose LoRA"):
        closed.start(config)
    assert closed.runs() == ()


def test_what_keeps_from_forgetting_is_a_setting_where_words_are_learned_from_rows_alone():
    remedies = {"base_kl": 0.3, "replay_percent": 5.0}
    for objective in ("chat", "completion", "text"):
        found = complete(objective, "lora", remedies)
        assert remedies.items() <= found.items()
    for objective in ("classification", "distillation"):
        with pytest.raises(Refused, match=r"no setting named 'base_kl'\. .* 'replay_percent'"):
            complete(objective, "lora", remedies)
