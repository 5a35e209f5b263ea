"""What a cluster is handed: the same run, told without a word of this machine, that the studio can start."""

import json
from dataclasses import replace

import pytest

from studio.cli import main
from studio.core.config import RunConfig, read_config
from studio.core.events import StepLogged
from studio.engine.sources import ModelSource
from studio.exporters.cluster import describe
from studio.exporters.publish import export
from studio.store.home import Home
from tests.exporters.conftest import job_of


def export_cluster(run, target):
    job = job_of(run)
    return export("cluster", job, target, progress=lambda *_: None, should_stop=lambda: False)


@pytest.mark.parametrize(
    ("model", "named"),
    [
        ("starter", "starter"),
        ("HuggingFaceTB/SmolLM2-135M", "HuggingFaceTB/SmolLM2-135M"),
        ("/home/ann/models/mine", "mine"),
        ("/home/ann/models/mine.gguf", "mine.gguf"),
        ("C:\\Users\\Ann\\mine", "mine"),
    ],
)
def test_a_model_has_the_name_that_it_has_anywhere(tmp_path, model, named):
    source = ModelSource(model, tmp_path, "abc", "hash", "")
    config = RunConfig("d", "v", model=model, objective="distillation", knobs={"teacher": model, "rank": 4})
    told = describe(config, source)
    assert (told.model, told.knobs["teacher"], told.revision) == (named, named, "abc")
    assert (told.dataset, told.dataset_version, told.knobs["rank"]) == ("rows.jsonl", "", 4)


def test_the_readme_names_the_command_and_where_the_model_is_from(lora_run, tmp_path):
    made = export_cluster(lora_run, tmp_path / "cluster")
    assert sorted(file.name for file in made.files) == ["README.md", "rows.jsonl", "run.json"]
    text = (tmp_path / "cluster" / "README.md").read_text()
    assert ".venv/bin/torchrun --nproc_per_node 2 -m studio --home EXPORT/home train EXPORT/run.json" in text
    assert f"add `--model /where/it/is/{lora_run.source.path.name}`" in text


def test_rows_are_in_the_order_of_the_file_with_their_part(lora_run, tmp_path):
    export_cluster(lora_run, tmp_path / "cluster")
    rows = [json.loads(line) for line in (tmp_path / "cluster" / "rows.jsonl").read_text().splitlines()]
    parts = {each.row: "train" for each in lora_run.training} | {
        each.row: "test" for each in lora_run.held_out
    }
    assert [row["split"] for row in rows] == [parts[row] for row in sorted(parts)]
    assert rows[0].keys() == {"prompt", "completion", "split"}


def test_the_studio_trains_what_was_handed_over_on_the_same_rows(
    lora_run, tmp_path, tiny_model_folder, capsys
):
    """The losses are those of the first run: the same rows in each step, and the same ones held back."""
    export_cluster(lora_run, tmp_path / "cluster")
    home = tmp_path / "home"
    description = tmp_path / "cluster" / "run.json"
    words = ["--home", str(home), "train", str(description), "--model", str(tiny_model_folder)]
    assert main(words) == 0, capsys.readouterr().err
    (folder,) = Home(home).runs.all()
    logged = [each.event for each in folder.read()[0] if isinstance(each.event, StepLogged)]
    before = [event for event in lora_run.events if isinstance(event, StepLogged)]
    assert [event.loss for event in logged] == pytest.approx([event.loss for event in before], abs=1e-5)
    again = read_config(json.loads((folder.path / "config.json").read_text()))
    assert replace(again, dataset="", dataset_version="", model="").knobs == {
        **lora_run.config.knobs,
        **{name: value for name, value in again.knobs.items() if name not in lora_run.config.knobs},
    }
