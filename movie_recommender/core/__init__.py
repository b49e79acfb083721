"""The recommender: arrays in, arrays out. No web, no SQL, no files, no clock."""

from . import source
from .data import InvalidItems, InvalidRatings, Items, Ratings
from .recommender import Recommender
from .results import Cause, Explanation, Listing, Part, RankedList, Reason, ReasonTable, Recommendation
from .steering import Preferences
from .weights import InvalidWeights, Weights, load_weights

__all__ = [
    "Cause",
    "Explanation",
    "InvalidItems",
    "InvalidRatings",
    "InvalidWeights",
    "Items",
    "Listing",
    "Part",
    "Preferences",
    "RankedList",
    "Ratings",
    "Reason",
    "ReasonTable",
    "Recommendation",
    "Recommender",
    "Weights",
    "load_weights",
    "source",
]
