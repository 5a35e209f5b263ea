"""From a file to tokens: file -> rows -> records -> checked records -> split -> tokens."""
