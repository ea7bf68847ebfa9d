"""Both places where passes run."""

import pytest
from tests.service.batching.echo import IN_LOOP, IN_THREAD


@pytest.fixture(params=[IN_LOOP, IN_THREAD], ids=["in the loop", "in a thread"])
def pace(request):
    return request.param
