"""The verbs of the studio: what the screen and the command line both call. One file for each verb."""
