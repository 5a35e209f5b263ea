"""How the files are named that a reader leaves beside an upload while it reads: whoever sweeps knows them."""

SCRATCH = ".reading-"
