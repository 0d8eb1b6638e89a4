"""`switchboard catalog ...`: check the files, compare them with what others say, write the set-up of agents."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import show
from cli.outcome import BadUsage, Refused, exit_codes

if TYPE_CHECKING:
    from switchboard.catalog.model import Catalog

    from cli.catalog_diff import Difference

app = typer.Typer(no_args_is_help=True, help="The catalog's files: validate, diff, sync, check, export.")

AGENTS = ("aider", "claude-code", "codex", "opencode")
COLUMNS = ("source", "kind", "provider", "upstream_id", "field", "ours", "theirs")

AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of a table.")]
Folder = Annotated[Path | None, typer.Option("--dir", help="The operator's files; default: CATALOG_DIR or catalog.d.")]


@app.command()
@exit_codes
def validate(folder: Folder = None) -> None:
    """Compile the shipped files and the operator's, and name file and field of every mistake."""
    catalog = _compiled(folder)
    endpoints = sum(len(model.endpoints) for model in catalog.models.values())
    typer.echo(f"{len(catalog.models)} models, {len(catalog.providers)} providers, {endpoints} endpoints: all is well")


@app.command()
@exit_codes
def diff(folder: Folder = None, as_json: AsJson = False) -> None:
    """What the operator's files change of the shipped catalog."""
    from switchboard.catalog.compile import compile_directories
    from switchboard.catalog.load import load_catalog

    from cli.catalog_diff import differences
    from cli.catalog_offers import ours
    from local.catalog import SHIPPED

    shipped = load_catalog(compile_directories(SHIPPED))
    _show(differences("operator", ours(shipped), ours(_compiled(folder)), whole=True), as_json)


@app.command()
@exit_codes
def sync(
    source: Annotated[
        str, typer.Option("--from", help="models.dev, genai-prices, litellm, or a directory with copies.")
    ],
    folder: Folder = None,
    new: Annotated[bool, typer.Option("--new", help="List what we do not have, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compare the catalog with what others say, for review: no file is changed."""
    from cli.catalog_diff import differences
    from cli.catalog_offers import ours
    from cli.catalog_sources import read_source

    own = ours(_compiled(folder))
    found = [one for name, theirs in read_source(source, own.keys()).items() for one in differences(name, own, theirs)]
    _show([one for one in found if new or one.kind != "new"], as_json)
    if not as_json:
        counts = Counter(one.kind for one in found)
        typer.echo(f"\n{counts['changed']} changed, {counts['gone']} gone, {counts['new']} new (--new lists them)")


@app.command()
@exit_codes
def export(
    agent: Annotated[str, typer.Option("--for", help=f"One of {', '.join(AGENTS)}.")],
    model: Annotated[str | None, typer.Option(help="The model that the agent starts with.")] = None,
    url: Annotated[str, typer.Option(help="Where the gateway is.")] = "http://127.0.0.1:8787",
    folder: Folder = None,
) -> None:
    """Write an agent's configuration to stdout; for aider the metadata of every model that calls tools."""
    typer.echo(exported(_compiled(folder), agent, model, url.rstrip("/")), nl=False)


@app.command()
@exit_codes
def check(
    live: Annotated[bool, typer.Option("--live", help="Ask the providers; without it, as validate.")] = False,
    folder: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Ask every provider whose key is set which models it has, and name what is gone."""
    from cli.catalog_live import checked, fetched
    from local.settings import LocalSettings

    if not live:
        validate(folder)
        return
    rows = [asdict(one) for one in checked(_compiled(folder), LocalSettings.read().variables, fetched)]
    if as_json:
        show.as_json(rows)
    else:
        show.table(rows, ("provider", "outcome", "detail"))


def exported(catalog: "Catalog", agent: str, name: str | None, url: str) -> str:
    """Raises BadUsage for an agent or a model that there is not."""
    from switchboard.web.pages import agents

    if agent not in AGENTS:
        raise BadUsage(f"--for takes {', '.join(AGENTS)}, not `{agent}`.")
    able = agents.tool_callers(catalog)
    found = catalog.find(name) if name else agents.favourite(catalog)
    if found is None:
        raise BadUsage(f"No model of the catalog is called `{name}`." if name else "No model here calls tools.")
    match agent:
        case "aider":
            return agents.aider_metadata(able)
        case "opencode":
            return agents.opencode(able, url)
        case "codex":
            return agents.codex(found.id, url)
        case _:
            return agents.claude_code(found.id, url)


def _compiled(folder: Path | None) -> "Catalog":
    """Raises Refused with every fault, a line for each."""
    from switchboard.catalog.compile import CatalogError, compile_directories
    from switchboard.catalog.load import load_catalog

    from local.catalog import SHIPPED
    from local.settings import LocalSettings

    try:
        return load_catalog(compile_directories(SHIPPED, folder or LocalSettings.read().catalog_dir))
    except CatalogError as error:
        raise Refused(str(error)) from error


def _show(found: "Iterable[Difference]", as_json: bool) -> None:
    rows = [asdict(one) for one in found]
    if as_json:
        show.as_json(rows)
    else:
        show.table(rows, COLUMNS)
