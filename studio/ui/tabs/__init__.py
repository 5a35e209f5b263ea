"""The six steps of the screen: each file lays one tab out, wires it, and says what it shows."""
