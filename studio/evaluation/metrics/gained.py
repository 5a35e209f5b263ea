"""Gained: the share of pairs of answers of which training raised the better one more than the worse one."""

from studio.evaluation.metrics.preferred import Preferred


class Gained(Preferred):
    """Predictions: by how many nats tuning raised both answers of each pair, the better one first.

    A model that is nowhere the likelier to give the better answer may have learned which one is better all
    the same: two answers can lie too far apart for that to turn their order. This is what DPO is trained on.
    """

    needs = "gains"
    source = "implicit rewards: arXiv:2305.18290, section 4"
