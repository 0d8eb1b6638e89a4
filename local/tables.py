"""The template's DynamoDB tables, created in the embedded engine under their logical ids."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from local.template import read_template

# Shapes that CloudFormation and CreateTable share. Backups, protection and encryption mean nothing on a laptop.
_SHARED = ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "LocalSecondaryIndexes")

Properties = Mapping[str, Any]  # a CloudFormation resource's properties, as YAML gives them


class TableClient(Protocol):
    """The part of boto3's DynamoDB client that is used here; its replies are untyped."""

    def list_tables(self) -> Any: ...

    def create_table(self, **definition: Any) -> Any: ...

    def update_time_to_live(self, *, TableName: str, TimeToLiveSpecification: Properties) -> Any: ...  # noqa: N803


def create_tables(client: TableClient, template_path: Path) -> Sequence[str]:
    """Create the tables that are missing, with their time to live; returns the names of those created."""
    existing = frozenset(client.list_tables()["TableNames"])
    tables = table_properties(template_path)
    missing = [name for name in tables if name not in existing]
    for name in missing:
        client.create_table(**table_definition(name, tables[name]))
        expiry = tables[name].get("TimeToLiveSpecification")
        if expiry is not None:
            client.update_time_to_live(TableName=name, TimeToLiveSpecification=expiry)
    return missing


def table_properties(template_path: Path) -> Mapping[str, Properties]:
    """Each table's CloudFormation properties by logical id, in the template's order."""
    resources: Mapping[str, Properties] = read_template(template_path)["Resources"]
    return {
        name: resource["Properties"]
        for name, resource in resources.items()
        if resource["Type"] == "AWS::DynamoDB::Table"
    }


def table_definition(name: str, properties: Properties) -> dict[str, Any]:
    """The CreateTable request for one table, always billed per request."""
    shared = {key: properties[key] for key in _SHARED if key in properties}
    return {"TableName": name, "BillingMode": "PAY_PER_REQUEST", **shared}
