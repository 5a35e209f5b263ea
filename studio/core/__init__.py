"""The vocabulary of the studio: pure values that every other package speaks. Standard library only."""
