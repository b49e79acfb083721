"""Doors about one person among the others: who is nearest to him, how well he is predicted, what the crowd gave."""

from __future__ import annotations

from apiflask import APIBlueprint, Schema
from apiflask.fields import Float, Integer, List, Nested
from flask import current_app

from movie_recommender.services import company
from movie_recommender.services.engine import Engine

blueprint = APIBlueprint("people", __name__, url_prefix="/people")


class Missed(Schema):
    movie_id = Integer()
    stars = Float()
    predicted = Float()


class Check(Schema):
    """Root mean squared errors in stars, held out, from `n` ratings."""

    n = Integer()
    ours = Float()
    own_mean = Float()
    crowd = Float()
    missed = List(Nested(Missed))


class Taste(Schema):
    check = Nested(Check, allow_none=True, metadata={"description": "Null with too few ratings to say."})
    crowd = List(Float(), metadata={"description": "How others rated the same films: shares of 0.5, 1, ... 5 stars."})


class Neighbour(Schema):
    user_id = Integer()
    score = Float(metadata={"description": "Shared favourites over the root of his favourites times all that they rated."})
    rated = Integer()
    overlap = Integer(metadata={"description": "Films that both rated."})
    apart = Float(metadata={"description": "By how many stars, on average."})
    shared_count = Integer()
    shared = List(Integer())
    loved = List(Integer(), metadata={"description": "Films that he has not seen."})


class Neighbours(Schema):
    people = List(Nested(Neighbour))


def _engine() -> Engine:
    engine: Engine = current_app.extensions["runtime"].engine
    return engine


@blueprint.get("/<int(max=2147483647):user_id>/taste")
@blueprint.output(Taste)
@blueprint.doc(summary="How well a person is predicted, and what the crowd gave", responses=[401, 404, 503])
def taste(user_id: int) -> dict[str, object]:
    return company.taste(_engine(), user_id)


@blueprint.get("/<int(max=2147483647):user_id>/neighbours")
@blueprint.output(Neighbours)
@blueprint.doc(summary="The people whose taste is nearest", responses=[401, 404, 503])
def nearest(user_id: int) -> dict[str, object]:
    return {"people": company.nearest(_engine(), user_id)}
