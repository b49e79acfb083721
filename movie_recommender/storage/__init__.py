"""Storage: models, queries, migrations and the plot index."""

from .database import create_or_upgrade, first_row, init_app, is_ready, newest_revision, raise_revision, revisions, rows, upsert, writing
from .models import db
from .troubles import WITHOUT_DATABASE, trouble_behind

__all__ = [
    "WITHOUT_DATABASE", "create_or_upgrade", "db", "first_row", "init_app", "is_ready", "newest_revision", "raise_revision", "revisions",
    "rows", "trouble_behind", "upsert", "writing",
]  # fmt: skip
