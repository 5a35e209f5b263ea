"""What cannot be meant on the command line: one plain sentence, exit code 2, and nothing is left behind."""

import json

import pytest

from studio.cli import main
from tests.services.conftest import write_table


@pytest.fixture
def call(tmp_path, capsys, monkeypatch):
    """Call the command line in an empty folder; give the exit code, the document and what stderr says."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    def call(*words):
        code = main(["--json", *map(str, words)])
        said = capsys.readouterr()
        return code, json.loads(said.out), said.err

    return call


@pytest.fixture
def table(tmp_path):
    return write_table(tmp_path / "sums.csv")


@pytest.mark.parametrize("home", ["", " ", "~nosuchuser/x"])
def test_a_home_that_names_no_folder_is_refused_and_makes_none(call, tmp_path, home):
    code, document, said = call("--home", home, "runs")
    assert code == 2
    assert "home folder" in document["error"]
    assert "Traceback" not in said
    assert list((tmp_path / "here").iterdir()) == []


@pytest.mark.parametrize("verb", ["check", "train"])
@pytest.mark.parametrize("name", ["n" * 300, "gone.csv"])
def test_a_file_that_is_not_there_is_refused(call, tmp_path, verb, name):
    code, document, said = call("--home", tmp_path / "home", verb, name)
    assert code == 2
    assert "There is no file" in document["error"]
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "words",
    [
        ["--model", ""],
        ["--model", "m" * 5000],
        ["--model", "not a model"],
        ["--objective", ""],
        ["--set", "recipe=slow"],
        ["--set", "steps=many"],
        ["--map", "input=nothing"],
    ],
    ids=lambda words: " ".join(words)[:30],
)
def test_a_refused_training_leaves_no_data_set(call, table, tmp_path, words):
    code, document, said = call("--home", tmp_path / "home", "train", table, *words)
    assert code == 2
    assert document["error"]
    assert "Traceback" not in said
    assert not list((tmp_path / "home").glob("datasets/*"))


def test_a_file_that_nobody_can_tell_is_refused_and_not_kept(call, tmp_path, tiny_model_folder):
    path = tmp_path / "three.csv"
    path.write_text("a,b,c\n" + "".join(f"a{number},b{number},c{number}\n" for number in range(40)))
    words = ["--home", tmp_path / "home", "train", path, "--model", tiny_model_folder]
    code, document, _ = call(*words)
    assert code == 2
    assert "column" in document["error"]
    assert not list((tmp_path / "home").glob("datasets/*"))
