"""A page that is really served, over an empty home and over one with data and a run."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.attacks_home import Filled, fill
from benchmarks.attacks_presses import Site, served
from studio.services.studio import Studio
from tests.attacks.lodgers import Lodged, lodge


@pytest.fixture(scope="package")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The page of a studio in which nobody works and nothing is."""
    folder = tmp_path_factory.mktemp("empty")
    with served(Studio(folder / "home"), folder / "uploads") as site:
        yield site


@dataclass(frozen=True)
class HomeOfAda:
    """Where all that there is belongs to `ada`, and what it is."""

    path: Path
    filled: Filled
    model: Path
    """Not the one that hers begins with, but the one that anybody has."""


@pytest.fixture(scope="package")
def adas(tmp_path_factory: pytest.TempPathFactory, tiny_model_folder: Path) -> HomeOfAda:
    home = tmp_path_factory.mktemp("lodged") / "home"
    filled = fill(home, tiny_model_folder, steps=2, owner="ada")
    return HomeOfAda(home, filled, tiny_model_folder)


@pytest.fixture(scope="package")
def lodged(adas: HomeOfAda) -> Iterator[Lodged]:
    """A studio over it in which nobody works; bob lives there, too."""
    with lodge(adas.path, adas.filled, adas.model) as found:
        yield found
