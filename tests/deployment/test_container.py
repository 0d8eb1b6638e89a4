"""The container's own command, without a container: the same words, this machine's Python, a free port."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from local.template import read_template
from tests.deployment.conftest import free_port, wait_for
from tests.infrastructure.stack import as_list, deployed, grants
from tests.infrastructure.tools import ROOT, run

DOCKERFILE = (ROOT / "container" / "Dockerfile").read_text(encoding="utf-8")
SAMPLE = read_template(ROOT / "samples" / "fargate.yaml")


def command() -> list[str]:
    """What CMD says."""
    (said,) = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    return [str(word) for word in json.loads(said)]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    core, catalog = tmp_path_factory.mktemp("core"), tmp_path_factory.mktemp("catalog")
    for layer, folder in (("core", core), ("catalog", catalog)):
        run([sys.executable, str(ROOT / "layers" / "build.py"), layer, str(folder)])
    port = free_port()
    words = command()
    words[0] = sys.executable
    words[words.index("--host") + 1], words[words.index("--port") + 1] = "127.0.0.1", str(port)
    access = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "us-east-1"}
    nowhere = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "PYTHONPATH": f"{core}/python:{catalog}/python"}
    process = subprocess.Popen(words, cwd=ROOT / "container", env={**os.environ, **access, **nowhere})
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(f"{url}/healthz", process)
        yield url
    finally:
        process.terminate()
        assert process.wait(30) in (0, -15)


def test_it_is_healthy(gateway: str) -> None:
    with urlopen(f"{gateway}/healthz", timeout=5) as reply:
        assert (reply.status, reply.read()) == (200, b'{"status":"ok"}')


def refusal(request: Request) -> int:
    """The status of an answer that is a refusal."""
    with pytest.raises(HTTPError) as refused:
        urlopen(request, timeout=10)
    refused.value.close()
    return refused.value.code


def test_it_asks_for_a_key_and_says_503_while_the_tables_are_away(gateway: str) -> None:
    request = Request(f"{gateway}/api/v1/chat/completions", b"{}", {"content-type": "application/json"})
    assert refusal(request) == 401
    request.add_header("authorization", "Bearer sk-sb-unknown")
    assert refusal(request) == 503


def test_the_image_copies_what_there_is() -> None:
    copied = [
        line.split()[1:-1] for line in DOCKERFILE.splitlines() if line.startswith("COPY") and "--from" not in line
    ]
    kept = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    for (source,) in copied:
        if source != "catalog.[d]":  # the operator's own, which need not be there
            assert (ROOT / source).exists(), source
            assert f"!{source}" in kept, source


def test_it_runs_as_nobody_in_particular() -> None:
    assert "\nUSER switchboard\n" in DOCKERFILE


def test_a_task_may_do_what_the_chat_function_may_and_nothing_else() -> None:
    role = SAMPLE["Resources"]["TaskRole"]["Properties"]["Policies"][0]["PolicyDocument"]
    granted = {action for statement in role["Statement"] for action in as_list(statement["Action"])}
    assert granted == {action for action, _ in grants(deployed(), "ChatFunctionRole")}
    assert all("*" not in as_list(statement["Resource"]) for statement in role["Statement"])


def test_a_task_is_told_what_the_settings_read() -> None:
    task = SAMPLE["Resources"]["Task"]["Properties"]["ContainerDefinitions"][0]
    function = deployed()["ChatFunction"]["Properties"]["Environment"]["Variables"]
    told = {each["Name"] for each in task["Environment"]}
    assert told == {"STACK_NAME", "KEYS_TABLE", "USAGE_TABLE", "UPTIME_TABLE"}
    assert told <= function.keys()


def test_the_composition_root_decides_one_thing() -> None:
    tree = ast.parse((ROOT / "container" / "app.py").read_text(encoding="utf-8"))
    assert len([node for node in ast.walk(tree) if isinstance(node, ast.If | ast.For | ast.While | ast.Try)]) == 1
