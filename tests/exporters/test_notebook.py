"""The notebook is the script, cut into cells: it runs from top to bottom and repeats the run."""

import ast
import json
import re
import sys

import pytest

from studio.exporters.code import SCRIPT
from studio.exporters.notebook import PROGRAM, RUN, notebook, parts
from studio.exporters.publish import export
from tests.exporters.conftest import job_of

TEXT = SCRIPT.read_text(encoding="utf-8")


def code_of(document):
    return ["".join(cell["source"]) for cell in document["cells"] if cell["cell_type"] == "code"]


def test_the_cells_are_the_parts_of_the_script_and_one_line_that_runs_it():
    *cells, last = code_of(json.loads(notebook(TEXT)))
    assert f"{last}\n" == RUN
    assert cells == [code.rstrip("\n") for title, code in parts(TEXT) if title != PROGRAM]
    assert all(cell in TEXT for cell in cells)


def test_nothing_of_the_script_is_left_out_but_how_it_is_started():
    *cells, _ = code_of(json.loads(notebook(TEXT)))
    kept = {ast.dump(node) for cell in cells for node in ast.parse(cell).body}
    left = [node for node in ast.parse(TEXT).body[1:] if ast.dump(node) not in kept]
    assert [getattr(node, "name", type(node).__name__) for node in left] == ["main", "If"]


def test_it_is_a_notebook_of_format_4():
    document = json.loads(notebook(TEXT))
    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    assert document["metadata"]["kernelspec"]["name"] == "python3"
    ids = [cell["id"] for cell in document["cells"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", each) for each in ids)
    for cell in document["cells"]:
        assert cell["source"]
        if cell["cell_type"] == "code":
            assert (cell["execution_count"], cell["outputs"]) == (None, [])


def test_it_runs_from_top_to_bottom_and_repeats_the_run(
    train_one, tmp_path, tiny_model_folder, monkeypatch, capsys
):
    run = train_one(tuning="full", learning_rate=1e-3)
    folder = tmp_path / "code"
    export("code", job_of(run), folder, progress=lambda *_: None, should_stop=lambda: False)
    (folder / tiny_model_folder.name).symlink_to(tiny_model_folder)  # taken along, as the card says
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["ipykernel_launcher.py", "-f", "kernel.json"])
    cells: dict = {"__name__": "__main__"}
    for code in code_of(json.loads((folder / "train.ipynb").read_text(encoding="utf-8"))):
        exec(code, cells)  # our own cells
    losses = [float(each) for each in re.findall(r"held-out loss (\d+\.\d+)", capsys.readouterr().out)]
    assert losses == pytest.approx(run.held_out_losses(), abs=2e-4)
    assert (folder / "result" / "model.safetensors").exists()
