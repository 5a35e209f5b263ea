"""Events and tables -> Plotly figures: pure functions, and the only place that knows Plotly."""
