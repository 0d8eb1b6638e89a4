"""template.yaml as SAM makes plain CloudFormation of it, and the questions tests ask of that."""

import copy
import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "template.yaml"
Tree: TypeAlias = dict[str, Any]  # Any: a template's values

METHODS = ("x-amazon-apigateway-any-method", "get", "post", "put", "patch", "delete")


def source() -> Tree:
    parsed: Tree = yaml_parse(TEMPLATE.read_text())
    return parsed


def deployed(layer_code: str = "code") -> Tree:
    """The resources after SAM's transformation. Its code must already be in S3, so the folders become addresses."""
    template = copy.deepcopy(source())
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        for name in ("CodeUri", "ContentUri"):
            if name in properties:
                properties[name] = f"s3://bucket/{layer_code if name == 'ContentUri' else 'code'}"
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    resources: Tree = transform(template, {}, SimpleNamespace(load=dict))["Resources"]
    return resources


def of_type(resources: Tree, kind: str) -> Tree:
    """Properties by logical id."""
    return {name: item.get("Properties", {}) for name, item in resources.items() if item["Type"] == kind}


def routes(resources: Tree) -> dict[str, Tree]:
    """API Gateway's integrations by path."""
    (api,) = of_type(resources, "AWS::ApiGateway::RestApi").values()
    found = {}
    for path, operations in api["Body"]["paths"].items():
        for method in METHODS:
            if method in operations:
                found[path] = operations[method]["x-amazon-apigateway-integration"]
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
