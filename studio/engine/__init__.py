"""Training: examples -> checkpoints and metrics. Knows neither the screen nor where runs are kept."""
