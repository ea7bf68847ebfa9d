import json

from inkdigits.service.refusals import Refusal, make_response


def test_answer_has_one_form():
    response = make_response(Refusal(429, "too many\n  wait", "queue_full", {"Retry-After": "3"}))
    assert response.status_code == 429
    assert json.loads(response.body) == {"error": "too many wait"}
    assert response.headers["retry-after"] == "3"
    assert response.headers["content-type"] == "application/json"
