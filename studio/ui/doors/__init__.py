"""Doors of the page's server: each way of knowing who is there, asked by the guard before every route."""
