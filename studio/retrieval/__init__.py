"""Looking things up: documents -> passages -> the ones that answer a question."""
