import httpx
import pytest

from inkdigits.service.middleware.tokens import is_public

TOKEN = "correct-horse-battery"


@pytest.fixture(scope="module")
def guarded():
    from tests.service.conftest import run_small_service

    with run_small_service(token=TOKEN) as service, httpx.Client(base_url=service.url, timeout=60) as client:
        yield client


def test_right_token_is_accepted(guarded):
    for scheme in ("Bearer", "bearer", "BEARER"):
        answer = guarded.get("/v1/echo", headers={"Authorization": f"{scheme} {TOKEN}"})
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN.upper()}",
        f"Basic {TOKEN}",
        TOKEN,
        "Bearer \xff",
    ],
)
def test_other_tokens_are_refused(guarded, authorization):
    headers = {} if authorization is None else {"Authorization": authorization.encode("latin-1")}
    answer = guarded.get("/v1/echo", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="inkdigits"'
    assert "Authorization: Bearer" in answer.json()["error"]
    assert TOKEN not in answer.text


def test_health_and_page_need_no_token(guarded):
    assert guarded.get("/health/live").status_code == 200
    assert guarded.get("/").status_code == 200


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", True),
        ("/page/main.js", True),
        ("/docs", True),
        ("/v2/health/ready", True),
        ("/metrics", False),
        ("/v1/read", False),
        ("/v2", False),
        ("/v2/models/quick/infer", False),
        ("/page", False),
        ("/health/live/../../v1/read", False),
        ("//", False),
        ("", False),
    ],
)
def test_paths_without_a_token(path, expected):
    assert is_public(path) is expected


def test_refusal_comes_before_the_body(guarded):
    answer = guarded.post("/v1/echo", content=b"x" * 2**20)
    assert answer.status_code == 401
    assert answer.headers["connection"] == "close"
