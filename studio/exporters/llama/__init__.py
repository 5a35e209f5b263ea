"""A model as llama.cpp reads it: one GGUF file with the tokenizer and the chat template inside.

    families.py    what a family's numbers and weights are called there, and how they are turned
    vocabulary.py  the tokenizer, and how text is cut before it
    writing.py     the file itself, a tensor at a time
    rounding.py    what fewer bits may change before it is called another model
    native.py      llama.cpp itself, where it is installed: its own rounding, and the file read by it
    modelfile.py   what Ollama wants beside the file

Written on `gguf`, the package of llama.cpp's own authors. Their converter is no package: what carries its
name on PyPI brings along a changed copy of `gguf` that would take the place of the real one.
"""
