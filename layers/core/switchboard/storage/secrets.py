"""Provider keys: SSM parameters named /<stack>/providers/<provider id> on AWS, variables or a .env file on a laptop.
And, as /<stack>/probes, the gateway's own key for probes (jobs/probes.py).
"""

from collections.abc import Mapping
from pathlib import Path

from switchboard.json_types import JsonObject
from switchboard.secret import Secret
from switchboard.storage.database import StorageError
from switchboard.storage.service import Service, ServiceFault

PROBES = "probes"


async def provider_secret(ssm: Service, stack: str, provider: str) -> Secret | None:
    """A provider's key, decrypted; None if there is no such parameter. Raises StorageError, StorageUnavailable.

    One by one, although SSM would list a whole path: so a process holds only the keys that it uses.
    """
    return await _parameter(ssm, f"/{stack}/providers/{provider}")


async def probe_secret(ssm: Service, stack: str) -> Secret | None:
    """The URL of the stack's gateway, a space, and the key that probes are sent with; None where none are wanted.

    Raises StorageError, StorageUnavailable.
    """
    return await _parameter(ssm, f"/{stack}/{PROBES}")


async def _parameter(ssm: Service, name: str) -> Secret | None:
    request: JsonObject = {"Name": name, "WithDecryption": True}
    try:
        reply = await ssm.call("GetParameter", request, repeatable=True)
    except ServiceFault as fault:
        if fault.code == "ParameterNotFound":
            return None
        raise StorageError(f"{request['Name']}: {fault}") from fault
    return Secret(reply["Parameter"]["Value"])


def local_secrets(names: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, Secret]:
    """`names` gives each provider's id the variable that holds its key; those unset or empty are left out."""
    return {provider: Secret(variables[name]) for provider, name in names.items() if variables.get(name)}


def read_env_file(path: Path) -> dict[str, str]:
    """NAME=value lines, with or without `export` and quotes; # begins a comment. A file that is not there is empty."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.strip().removeprefix("export ").partition("=") for line in lines)
    return {name.strip(): _unquoted(value.strip()) for name, sign, value in pairs if sign and name and name[0] != "#"}


def _unquoted(value: str) -> str:
    for quote in "\"'":
        end = value.find(quote, 1)
        if value.startswith(quote) and end > 0:
            return value[1:end]
    return value.partition(" #")[0].rstrip()
