"""template.yaml as SAM makes plain CloudFormation of it, and the questions tests ask of that."""

import json
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from local.template import read_template
from tests.infrastructure.tools import ROOT, sam

TEMPLATE = ROOT / "template.yaml"
Tree: TypeAlias = dict[str, Any]  # Any: a template's values

METHODS = ("any", "get", "post", "put", "patch", "delete")


def source() -> Tree:
    return dict(read_template(TEMPLATE))


# Run by the SAM CLI's own Python, with the translator that it will deploy with. Code must already be in S3 for it.
TRANSFORM = """
import json, sys
from types import SimpleNamespace
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse
template = yaml_parse(open(sys.argv[1]).read())
for resource in template["Resources"].values():
    for name, code in (("CodeUri", "code"), ("ContentUri", sys.argv[2])):
        if name in resource.get("Properties", {}):
            resource["Properties"][name] = "s3://bucket/" + code
print(json.dumps(transform(template, {}, SimpleNamespace(load=dict))["Resources"]))
"""


@cache
def deployed(layer_code: str = "code") -> Tree:
    """The resources after SAM's transformation."""
    python = Path(sam()).resolve().parent / "python"
    environment = {"AWS_DEFAULT_REGION": "us-east-1", "PATH": "/usr/bin:/bin"}
    command = [str(python), "-c", TRANSFORM, str(TEMPLATE), layer_code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    resources: Tree = json.loads(done.stdout)
    return resources


def of_type(resources: Tree, kind: str) -> Tree:
    """Properties by logical id."""
    return {name: item.get("Properties", {}) for name, item in resources.items() if item["Type"] == kind}


def routes(resources: Tree) -> dict[str, Tree]:
    """API Gateway's integrations, as `POST /path`, or `ANY /path` for whatever method the path does not name."""
    (api,) = of_type(resources, "AWS::ApiGateway::RestApi").values()
    found = {}
    for path, operations in api["Body"]["paths"].items():
        for method in METHODS:
            operation = operations.get("x-amazon-apigateway-any-method" if method == "any" else method)
            if operation:
                found[f"{method.upper()} {path}"] = operation["x-amazon-apigateway-integration"]
    return found


def target(integration: Tree) -> str:
    """The logical id that an integration invokes, and how: the URI."""
    return json.dumps(integration["uri"])


def statements(resources: Tree) -> Iterator[tuple[str, Tree]]:
    """Every statement of every inline policy, with the role that holds it."""
    for name, role in of_type(resources, "AWS::IAM::Role").items():
        for policy in role.get("Policies", []):
            for statement in as_list(policy["PolicyDocument"]["Statement"]):
                yield name, statement


def grants(resources: Tree, role: str) -> set[tuple[str, str]]:
    """(action, resource) pairs of one role; resources as JSON without spaces."""
    return {
        (action, json.dumps(resource, separators=(",", ":")))
        for name, statement in statements(resources)
        if name == role
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
