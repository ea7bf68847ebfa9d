"""``POST /v1/read``: read a picture in a worker."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from inkdigits.errors import MissingExtraError, PictureError, PoolFullError, UsageError, WorkerError
from inkdigits.recognition.reading_json import JsonReading
from inkdigits.service.refusals import Refusal
from inkdigits.service.resources import find_resources
from inkdigits.service.v1 import openapi
from inkdigits.service.v1.query import ReadingQuery, check_repeated
from inkdigits.service.v1.upload import receive_picture
from inkdigits.service.v1.waiting import wait_for_result
from inkdigits.workers.tasks import make_content_task

PAGE_COUNT = "Page-Count"
"""Header of an answer: the number of pages of the document."""

_RETRY = {"Retry-After": "1"}
"""After a second, workers have read some of the pictures that waited: they take 20 ms to some seconds each."""

router = APIRouter()


@router.post("/v1/read", response_class=Response, response_model=None, **openapi.READ)
async def read_picture(request: Request, query: Annotated[ReadingQuery, Query()]) -> Response:
    """Read the digits in a picture.

    The picture is the file `picture` of a form, or the body. Of a PDF or TIFF with several pages, `page` chooses one.
    """
    resources = find_resources(request)
    try:
        check_repeated(request.query_params)
        options = query.make_options(resources)
        pool = resources.get_pool()
        pool.check_room()  # at once, not after a picture of 64 MB
        task = make_content_task(await receive_picture(request), query.page, options, query.images)
        result = pool.submit(task)
        del task  # the pool has a copy of the picture, which may wait for long
        reading: JsonReading
        reading, n_pages = await wait_for_result(request, result)
    except PictureError as error:
        raise Refusal(422, str(error), "unreadable_picture") from error
    except UsageError as error:
        raise Refusal(422, str(error), "wrong_option") from error
    except MissingExtraError as error:
        raise Refusal(415, str(error), "missing_extra") from error
    except PoolFullError as error:
        raise Refusal(429, str(error), "queue_full", _RETRY) from error
    except WorkerError as error:
        raise Refusal(503, str(error), "no_workers", _RETRY) from error
    return Response(
        msgspec.json.encode(reading),
        headers={PAGE_COUNT: str(n_pages)},
        media_type="application/json",
    )
