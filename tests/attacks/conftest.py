"""A page that is really served, over an empty home and over one with data and a run."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.attacks_home import Filled, fill
from benchmarks.attacks_presses import Site, served
from studio.services.studio import Studio


@pytest.fixture(scope="package")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The page of a studio in which nobody works and nothing is."""
    folder = tmp_path_factory.mktemp("empty")
    with served(Studio(folder / "home"), folder / "uploads") as site:
        yield site


@dataclass(frozen=True)
class Lodged:
    """A home in which everything belongs to `ada`, and a studio over it in which nobody works."""

    studio: Studio
    filled: Filled


@pytest.fixture(scope="package")
def lodged(tmp_path_factory: pytest.TempPathFactory, tiny_model_folder: Path) -> Lodged:
    home = tmp_path_factory.mktemp("lodged") / "home"
    return Lodged(Studio(home), fill(home, tiny_model_folder, steps=2, owner="ada"))
