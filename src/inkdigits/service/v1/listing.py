"""``GET /v1/models`` and ``GET /v1/rosters``: the names that a request may choose."""

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from inkdigits.service.resources import find_resources
from inkdigits.service.v1 import openapi
from inkdigits.service.v1.records import ModelList, OfferedModel, OfferedRoster, RosterList

router = APIRouter()


@router.get("/v1/models", response_class=Response, response_model=None, **openapi.MODELS)
async def list_models(request: Request) -> Response:
    """List the classifiers, the most accurate first."""
    models = tuple(
        OfferedModel(
            name=name, sha256=model.digest, accuracy=model.recogniser.card.evaluation.get("accuracy")
        )
        for name, model in find_resources(request).models.items()
    )
    return _answer(ModelList(models=models))


@router.get("/v1/rosters", response_class=Response, response_model=None, **openapi.ROSTERS)
async def list_rosters(request: Request) -> Response:
    """List the lists of possible numbers. The numbers themselves are not published."""
    rosters = tuple(
        OfferedRoster(name=name, n_entries=len(roster), lengths=tuple(sorted(roster.lengths)))
        for name, roster in find_resources(request).rosters.items()
    )
    return _answer(RosterList(rosters=rosters))


def _answer(record: msgspec.Struct) -> Response:
    return Response(msgspec.json.encode(record), media_type="application/json")
