"""What a file is counted with: the starter's words and ways, read once."""

import shutil

import pytest

from studio.core.errors import Refused
from studio.engine.starter import FOLDER_NAME, MANIFEST
from studio.services import intake


def test_the_starters_words_are_read_once_and_as_soon_as_it_is_installed(
    tiny_model_folder, tmp_path, monkeypatch
):
    monkeypatch.setenv("STUDIO_CACHE", str(tmp_path))
    assert intake.conditions().load_template() is None
    shutil.copytree(tiny_model_folder, tmp_path / FOLDER_NAME)
    (tmp_path / FOLDER_NAME / MANIFEST).touch()
    template = intake.conditions().load_template()
    assert template.tokenizer.eos_token == "<|im_end|>"
    assert intake.conditions().load_template() is template


def test_the_name_of_a_file_and_that_of_a_data_set_are_shown_plainly(closed, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("question,answer\n" + "".join(f"What is {n}?,It is {n}.\n" for n in range(12)))
    view = closed.add_dataset(path, "sales\u202evsc.\x07csv")
    assert (view.name, view.file_name) == ("salesvsc", "salesvsc.csv")
    assert intake.arrival_of("\u202e.csv", None).title == "data"
    assert intake.checked_name("\u2067my\u2069 data\n") == "my data"
    with pytest.raises(Refused, match="needs a name"):
        intake.checked_name("\u200b\u202e")
