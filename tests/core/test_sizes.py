"""What a folder holds is counted also while somebody writes in it."""

import threading

from studio.core.sizes import size
from studio.store.files import staged_folder


def test_a_folder_has_a_size_while_somebody_writes_in_it(tmp_path):
    (tmp_path / "kept").write_bytes(b"1234")
    over = threading.Event()

    def save_again_and_again() -> None:
        while not over.is_set():
            with staged_folder(tmp_path / "step") as staged:
                (staged / "weights").mkdir()
                (staged / "weights" / "tuned").write_bytes(b"1")

    writer = threading.Thread(target=save_again_and_again)
    writer.start()
    try:
        assert all(4 <= size(tmp_path) <= 6 for _ in range(1500))
    finally:
        over.set()
        writer.join()
