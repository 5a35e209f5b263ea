"""Loading the heavy packages from several threads."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from studio.services.packages import FIRST_LOOKS, FirstLooks, load_packages

RACE = """
import sys, threading
from pathlib import Path
from studio.core.errors import Refused
from studio.services.packages import load_packages
from studio.services.studio import Studio

trouble = []

def ask():
    try:
        Studio(Path(sys.argv[1])).check_model(sys.argv[1])
    except Refused:
        pass  # it holds no model, and that is what should be found
    except BaseException as error:
        trouble.append(repr(error))

def load():
    try:
        load_packages()
    except BaseException as error:
        trouble.append(repr(error))

threads = [threading.Thread(target=target) for target in (load, ask, ask)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
sys.exit("; ".join(trouble) or 0)
"""


@pytest.mark.slow
def test_a_page_may_ask_while_the_worker_still_loads(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RACE, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


def test_packages_wait_until_no_first_look_is_under_way() -> None:
    looks = FirstLooks()
    loading = threading.Thread(target=looks.wait)
    with looks.ahead():
        with looks.ahead():
            loading.start()
        loading.join(0.1)
        assert loading.is_alive()
    loading.join()
    looks.wait()


def test_a_look_that_takes_long_holds_up_neither_what_is_loaded_nor_loading_for_ever() -> None:
    load_packages()
    loading = threading.Thread(target=load_packages, daemon=True)
    with FIRST_LOOKS.ahead():
        loading.start()
        loading.join(10)
        assert not loading.is_alive(), "a run that works would wait for a file that somebody looks at"
        FIRST_LOOKS.wait(0.01)


COUNTING = """
import sys
from studio.services import intake

light = intake.conditions().load_template().tokenizer
assert "torch" not in sys.modules, "counting tokens waits for torch"

from transformers import AutoTokenizer
from studio.engine.starter import FOLDER_NAME, cache_folder

usual = AutoTokenizer.from_pretrained(cache_folder() / FOLDER_NAME, local_files_only=True)
assert type(light) is type(usual)
assert light.backend_tokenizer.to_str() == usual.backend_tokenizer.to_str()
assert light.get_chat_template() == usual.get_chat_template()
"""


@pytest.mark.slow
def test_an_upload_counts_with_the_usual_tokenizer_without_waiting_for_torch() -> None:
    done = subprocess.run(
        [sys.executable, "-c", COUNTING],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
