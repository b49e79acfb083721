"""Storage: models, queries, migrations and the plot index."""

from .database import create_or_upgrade, init_app, is_ready, raise_revision, revisions, upsert, writing
from .models import db

__all__ = ["create_or_upgrade", "db", "init_app", "is_ready", "raise_revision", "revisions", "upsert", "writing"]
