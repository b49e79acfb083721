"""Measuring: protocols, metrics, baselines and tuning. Everything is seeded and leak-free."""

from .baselines import ContentBaseline, Method, Ours, plain_baselines
from .judge import Judge, Measured, families, ratio_interval
from .protocols import Case, Fold, Task, cold_items, new_people, rating_folds, temporal, who_is_new
from .study import (
    ENOUGH,
    BiasStars,
    OurStars,
    SelfCheck,
    StarMethod,
    StarsMeasured,
    best_settings,
    inner_tasks,
    pooled,
    ranking_study,
    rating_study,
    self_check,
    tasks,
)
from .variants import ABLATED, Sequels, Varied, Without

__all__ = [
    "ABLATED",
    "ENOUGH",
    "BiasStars",
    "Case",
    "ContentBaseline",
    "Fold",
    "Judge",
    "Measured",
    "Method",
    "OurStars",
    "Ours",
    "SelfCheck",
    "Sequels",
    "StarMethod",
    "StarsMeasured",
    "Task",
    "Varied",
    "Without",
    "best_settings",
    "cold_items",
    "families",
    "inner_tasks",
    "new_people",
    "plain_baselines",
    "pooled",
    "ranking_study",
    "rating_folds",
    "rating_study",
    "ratio_interval",
    "self_check",
    "tasks",
    "temporal",
    "who_is_new",
]
