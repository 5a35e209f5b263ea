"""A server that speaks as OpenAI's does: tuned models of this home, many on one base, many people at once."""
