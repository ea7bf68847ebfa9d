import hashlib
import re

import pytest
from tests.service.v1.conftest import Service

from inkdigits.service.v1.documentation import ASSETS, FILES

pytestmark = pytest.mark.xdist_group("service-v1")

VENDORED = ASSETS / "swagger-ui"


def test_vendored_files_are_those_of_the_package() -> None:
    lines = (VENDORED / "SHA256SUMS").read_text("utf-8").splitlines()
    pinned = {name: digest for digest, name in (line.split("  ") for line in lines)}
    for name, digest in pinned.items():
        assert hashlib.sha256((VENDORED / name).read_bytes()).hexdigest() == digest, name
    assert {path.name for path in VENDORED.iterdir()} == {*pinned, "SHA256SUMS", "README.md"}
    assert {"LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt"} <= set(pinned)


def test_the_page_loads_only_its_own_files_and_runs_nothing_inline(service: Service) -> None:
    page = service.client.get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    assert set(addresses) - {"data:,", "openapi.json"} == {f"docs{path}" for path in FILES if path}
    assert not re.search(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=", page.text)
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert "unsafe" not in policy
    assert "*" not in policy


def test_files_have_types_and_tags(service: Service) -> None:
    for path, (file, media_type) in FILES.items():
        answer = service.client.get(f"/docs{path}")
        assert answer.content == (ASSETS / file).read_bytes()
        assert answer.headers["content-type"] == media_type
        again = service.client.get(f"/docs{path}", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert service.client.get(f"/docs{path}", headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/docs/",
        "/docs/index.html",
        "/docs/SHA256SUMS",
        "/docs/../settings.py",
        "/docs/%2e%2e/settings.py",
        "/docs//etc/passwd",
    ],
)
def test_no_other_file_can_be_reached(path: str, service: Service) -> None:
    connection = service.client.build_request("GET", service.url + "/")
    connection.url = connection.url.copy_with(raw_path=path.encode())
    answer = service.client.send(connection)
    assert answer.status_code == 404
    assert list(answer.json()) == ["error"]
