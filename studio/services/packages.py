"""Loading the heavy packages: behind the page, and by one thread at a time."""

import threading

IMPORTING = threading.Lock()
"""Held round every first import of torch, transformers or what stands on them.

Their modules import each other in circles; two threads that come from different sides are let through by
Python with half a module (`cannot import name 'AutoModel' from 'transformers'`). It guards Python's own table
of modules, of which there is one in a process.
"""


def load_packages() -> None:
    """Load what the first step or answer needs. Called again, it costs nothing."""
    with IMPORTING:
        import accelerate  # noqa: F401
        import peft  # noqa: F401
        import torch  # noqa: F401
        from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer  # noqa: F401

        import studio.engine.models
        import studio.engine.schedule  # noqa: F401
