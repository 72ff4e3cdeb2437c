"""Who interacts with whom, and who matters to the network."""

from socialclass.network.roles import Matters, Person, rank_people
from socialclass.network.ties import Ties, gather_ties
from socialclass.network.usage import Usage, measure_usage

__all__ = [
    "Matters",
    "Person",
    "Ties",
    "Usage",
    "gather_ties",
    "measure_usage",
    "rank_people",
]
