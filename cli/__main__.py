"""The `switchboard` command: so far, keys of a deployed stack."""

import asyncio
import json
import time
from typing import Annotated

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError
from switchboard.errors import SwitchboardError
from switchboard.settings import AwsEnvironment
from switchboard.storage.boto import boto_database
from switchboard.storage.database import Database
from switchboard.storage.keys import KeyKind, KeyStore, key_of_text, new_key_text

KEYS_TABLE_OUTPUT = "KeysTableName"

app = typer.Typer(no_args_is_help=True, add_completion=False)
keys = typer.Typer(no_args_is_help=True, help="API keys of a deployed stack.")
app.add_typer(keys, name="keys")


@app.callback()
def switchboard() -> None:
    """Administer a Switchboard gateway. AWS_PROFILE, AWS_REGION and AWS_ENDPOINT_URL are honoured."""


@keys.command("create")
def create(
    stack: Annotated[
        str, typer.Option(help="The CloudFormation stack that the gateway was deployed as.")
    ] = "switchboard",
    name: Annotated[str, typer.Option(help="What the key is for; shown in listings.")] = "first key",
    management: Annotated[bool, typer.Option(help="A key that administers keys and cannot use models.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of plain text.")] = False,
) -> None:
    """Make a key and show it, once: the stack keeps only its hash."""
    kind: KeyKind = "management" if management else "inference"
    text = new_key_text()
    try:
        store = KeyStore(_database(), _keys_table(stack))
        asyncio.run(store.add(key_of_text(text, name, kind, time.time())))
    except (BotoCoreError, ClientError, SwitchboardError, LookupError) as error:
        typer.echo(f"The key was not created: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(json.dumps({"key": text, "name": name, "kind": kind}) if as_json else text)


def _database() -> Database:
    aws = AwsEnvironment.read()
    return boto_database(region=aws.region, endpoint=aws.endpoint)


def _keys_table(stack: str) -> str:
    """Raises LookupError if the stack has no such output."""
    described = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
    if KEYS_TABLE_OUTPUT not in outputs:
        raise LookupError(f"the stack `{stack}` has no output {KEYS_TABLE_OUTPUT}: is it a Switchboard stack?")
    return str(outputs[KEYS_TABLE_OUTPUT])


if __name__ == "__main__":
    app()
