"""What is kept on disk: the home folder, its data sets, its runs. Uses nothing but the standard library."""
