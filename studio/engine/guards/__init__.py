"""What watches over a run: that a batch fits before it is tried, and that every number stays one."""
