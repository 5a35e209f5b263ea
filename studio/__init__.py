"""Fine-Tuning Studio: from a table of questions and good answers to a small model proven better on them."""

__version__ = "0.1.0"
