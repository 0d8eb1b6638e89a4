"""Database calls as DynamoDB requests: names and values go in by reference, never spliced into the expression."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from switchboard.json_types import Json, JsonObject
from switchboard.storage.database import (
    PARTITION,
    SORT,
    AllOf,
    AnyOf,
    Between,
    Compare,
    Condition,
    Exists,
    Item,
    Key,
    Minus,
    Missing,
    Prefix,
    Query,
    Update,
    Value,
)
from switchboard.storage.marshal import Typed, marshal, marshal_item


@dataclass(slots=True)
class Expression:
    """Collects what an expression refers to, so that every text in a request shares one set of names and values."""

    names: dict[str, str] = field(default_factory=dict)
    values: dict[str, Typed] = field(default_factory=dict)

    def name(self, attribute: str) -> str:
        return self.names.setdefault(attribute, f"#{len(self.names)}")

    def value(self, value: Value) -> str:
        reference = f":{len(self.values)}"
        self.values[reference] = marshal(value)
        return reference

    def condition(self, condition: Condition) -> str:
        match condition:
            case Exists(name):
                return f"attribute_exists({self.name(name)})"
            case Missing(name):
                return f"attribute_not_exists({self.name(name)})"
            case Compare(name, operator, value):
                return f"{self.name(name)} {operator} {self.value(value)}"
            case AllOf(conditions):
                return "(" + " AND ".join(self.condition(member) for member in conditions) + ")"
            case AnyOf(conditions):
                return "(" + " OR ".join(self.condition(member) for member in conditions) + ")"

    def update(self, update: Update) -> str:
        clauses = {
            "SET": [f"{self.name(name)} = {self._operand(value)}" for name, value in update.set.items()],
            "ADD": [f"{self.name(name)} {self.value(amount)}" for name, amount in update.add.items()],
            "REMOVE": [self.name(name) for name in update.remove],
        }
        return " ".join(f"{verb} {', '.join(parts)}" for verb, parts in clauses.items() if parts)

    def sort_range(self, wanted: Prefix | Between) -> str:
        match wanted:
            case Prefix(text):
                return f"begins_with({self.name(SORT)}, {self.value(text)})"
            case Between(low, high):
                return f"{self.name(SORT)} BETWEEN {self.value(low)} AND {self.value(high)}"

    def references(self) -> JsonObject:
        """What goes into the request beside the texts; DynamoDB refuses these fields when they are empty."""
        request: JsonObject = {}
        if self.names:
            request["ExpressionAttributeNames"] = {reference: name for name, reference in self.names.items()}
        if self.values:
            request["ExpressionAttributeValues"] = dict(self.values)
        return request

    def _operand(self, value: "Value | Minus") -> str:
        if isinstance(value, Minus):
            return f"{self.name(value.left)} - {self.name(value.right)}"
        return self.value(value)


def get_request(table: str, key: Key, consistent: bool) -> JsonObject:
    return {"TableName": table, "Key": _key(key), "ConsistentRead": consistent}


def put_request(table: str, item: Mapping[str, Value], condition: Condition | None) -> JsonObject:
    return {"TableName": table, "Item": dict(marshal_item(item)), **_conditional(Expression(), condition)}


def puts_request(items: Sequence[Mapping[str, Value]]) -> list[Json]:
    """The part of BatchWriteItem that belongs to one table."""
    return [{"PutRequest": {"Item": dict(marshal_item(item))}} for item in items]


def delete_request(table: str, key: Key, condition: Condition | None) -> JsonObject:
    return {"TableName": table, "Key": _key(key), **_conditional(Expression(), condition)}


def update_request(table: str, key: Key, update: Update, condition: Condition | None) -> JsonObject:
    expression = Expression()
    text = expression.update(update)
    request: JsonObject = {"TableName": table, "Key": _key(key), "ReturnValues": "ALL_NEW"}
    if text:
        request["UpdateExpression"] = text
    return {**request, **_conditional(expression, condition)}


def query_request(table: str, query: Query) -> JsonObject:
    expression = Expression()
    text = f"{expression.name(PARTITION)} = {expression.value(query.partition)}"
    if query.sort is not None:
        text += f" AND {expression.sort_range(query.sort)}"
    request: JsonObject = {
        "TableName": table,
        "KeyConditionExpression": text,
        "ScanIndexForward": query.forward,
        "ConsistentRead": query.consistent,
        **expression.references(),
    }
    if query.limit is not None:
        request["Limit"] = query.limit
    return request


def keys_request(keys: list[Key], consistent: bool) -> JsonObject:
    """The part of BatchGetItem that belongs to one table."""
    return {"Keys": [_key(key) for key in keys], "ConsistentRead": consistent}


def _conditional(expression: Expression, condition: Condition | None) -> JsonObject:
    if condition is None:
        return expression.references()
    text = expression.condition(condition)
    # The item that stood in the way comes back with the refusal: no second read is needed to learn why.
    return {
        "ConditionExpression": text,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        **expression.references(),
    }


def _key(key: Key) -> JsonObject:
    item: Item = {PARTITION: key.partition, SORT: key.sort}
    return dict(marshal_item(item))
