"""Upgrades of a database that people have used already."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from click.testing import CliRunner
from flask.cli import FlaskGroup
from flask_migrate import upgrade
from sqlalchemy import text

from movie_recommender import create_app
from movie_recommender.storage import create_or_upgrade, db
from movie_recommender.storage.database import MIGRATIONS, prepare_migrations
from movie_recommender.storage.models import Base


def test_alembics_commands_are_among_those_of_flask(tmp_path: Path) -> None:
    answer = CliRunner().invoke(FlaskGroup(create_app=lambda: create_app(TESTING=True, INSTANCE_PATH=tmp_path)), ["db", "heads"])
    assert answer.exit_code == 0, answer.output


def test_an_upgrade_that_copies_a_table_keeps_what_refers_to_it(tmp_path: Path) -> None:
    app = create_app(TESTING=True, INSTANCE_PATH=tmp_path)
    with app.app_context():
        prepare_migrations(app)
        upgrade(directory=str(MIGRATIONS), revision="0004")
        with db.engine.begin() as connection:
            for statement in (
                "INSERT INTO users (id, name, name_key, kind, session_token, created_at) VALUES (1, 'Alice', 'alice', 'member', 'x', 0)",
                "INSERT INTO movies (id, title, search_key, languages, countries, keywords, sources, renown, rating_count, rating_sum)"
                " VALUES (1, 'Heat', 'heat', '[]', '[]', '[]', '{}', 1, 1, 8)",
                "INSERT INTO ratings (user_id, movie_id, half_stars, rated_at) VALUES (1, 1, 8, 0)",
            ):
                connection.execute(text(statement))
        create_or_upgrade()
        with db.engine.connect() as connection:
            assert connection.execute(text("SELECT half_stars FROM ratings")).scalars().all() == [8]
            assert connection.execute(text("SELECT name FROM users")).scalars().all() == ["Alice"]
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        db.engine.dispose()


def test_the_migrations_make_the_tables_that_the_models_describe(app) -> None:
    with app.app_context(), db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
