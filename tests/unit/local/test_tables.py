from pathlib import Path
from typing import Any

from local.tables import create_tables

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  KeysTable:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: Retain
    Properties:
      TableName: !Sub "${AWS::StackName}-keys"
      BillingMode: PROVISIONED
      ProvisionedThroughput: {ReadCapacityUnits: !Ref Reads, WriteCapacityUnits: 1}
      DeletionProtectionEnabled: !If [Production, true, false]
      KeySchema:
        - {AttributeName: PK, KeyType: HASH}
      AttributeDefinitions:
        - {AttributeName: PK, AttributeType: S}
  UsageTable:
    Type: AWS::DynamoDB::Table
    Properties:
      KeySchema:
        - {AttributeName: PK, KeyType: HASH}
      AttributeDefinitions:
        - {AttributeName: PK, AttributeType: S}
      TimeToLiveSpecification: {AttributeName: exp, Enabled: true}
  Function:
    Type: AWS::Serverless::Function
    Properties: {Handler: !GetAtt Other.Name}
"""
SHAPE = {
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "PK", "AttributeType": "S"}],
}


class FakeDynamoDB:
    def __init__(self, *names: str) -> None:
        self.names = list(names)
        self.calls: list[dict[str, Any]] = []

    def list_tables(self) -> Any:
        return {"TableNames": self.names}

    def create_table(self, **definition: Any) -> Any:
        self.calls.append(definition)

    def update_time_to_live(self, **specification: Any) -> Any:
        self.calls.append(specification)


def test_missing_tables_are_created_under_their_logical_ids(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    client = FakeDynamoDB()
    assert create_tables(client, tmp_path / "template.yaml") == ["KeysTable", "UsageTable"]
    assert client.calls == [
        {"TableName": "KeysTable", **SHAPE},
        {"TableName": "UsageTable", **SHAPE},
        {"TableName": "UsageTable", "TimeToLiveSpecification": {"AttributeName": "exp", "Enabled": True}},
    ]


def test_existing_tables_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    client = FakeDynamoDB("KeysTable", "UsageTable")
    assert create_tables(client, tmp_path / "template.yaml") == []
    assert client.calls == []
