"""What a file is counted with: the starter's words and ways, read once."""

import shutil

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
