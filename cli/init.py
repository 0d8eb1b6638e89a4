"""`switchboard init`: five questions, answered into samconfig.toml, so that `sam deploy` needs no flags."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from cli.outcome import BadUsage, exit_codes
from cli.settings import ROOT

SAMCONFIG = ROOT / "samconfig.toml"
FORM = """version = 0.1

[default.build.parameters]
parallel = true

[default.validate.parameters]
lint = true

[default.deploy.parameters]
stack_name = {stack}
resolve_s3 = true
capabilities = "CAPABILITY_IAM"
tags = {tags}
confirm_changeset = false
fail_on_empty_changeset = false
"""


@dataclass(frozen=True, slots=True)
class Question:
    """`rule` is what an answer must match; `wrong` says how it should look."""

    text: str
    default: str
    rule: re.Pattern[str]
    wrong: str


QUESTIONS = {
    "stack": Question(
        "Name of the stack",
        "switchboard",
        re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}"),
        "letters, digits and hyphens, a letter first",
    ),
    "region": Question(
        "AWS region (empty: your profile's)",
        "",
        re.compile(r"|[a-z]{2}(-[a-z]+)+-\d"),
        "a region, for instance eu-central-1",
    ),
    "profile": Question(
        "AWS profile (empty: the default one)", "", re.compile(r"[\w.@-]*"), "a profile of ~/.aws/config"
    ),
    "email": Question(
        "E-mail address for alarms (empty: no alarms)",
        "",
        re.compile(r"|[^@\s\"'=]+@[^@\s\"'=]+"),
        "an e-mail address, for instance ops@example.com",
    ),
    "cost_center": Question(
        "Cost centre, a tag on every resource (empty: none)", "", re.compile(r"[\w.:/+@-]*"), "one word"
    ),
}


@exit_codes
def init(
    stack: Annotated[str | None, typer.Option(help="Name of the stack.")] = None,
    region: Annotated[str | None, typer.Option(help="AWS region.")] = None,
    profile: Annotated[str | None, typer.Option(help="AWS profile.")] = None,
    email: Annotated[str | None, typer.Option(help="E-mail address for alarms.")] = None,
    cost_center: Annotated[str | None, typer.Option(help="Tag for the bill.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: defaults for what is not given.")] = False,
    file: Annotated[Path, typer.Option(help="Where the answers go.")] = SAMCONFIG,
) -> None:
    """Ask what a deployment needs to know, and write samconfig.toml."""
    given = {"stack": stack, "region": region, "profile": profile, "email": email, "cost_center": cost_center}
    answers = {name: answered(name, given[name], _default if yes else _asked) for name in QUESTIONS}
    file.write_text(samconfig(answers), encoding="utf-8")
    typer.echo(f"wrote {file.name}. Next: switchboard deploy")


def answered(name: str, given: str | None, ask: Callable[[Question], str]) -> str:
    """Raises BadUsage for an answer that cannot be right."""
    question = QUESTIONS[name]
    answer = (ask(question) if given is None else given).strip()
    if not question.rule.fullmatch(answer):
        raise BadUsage(f"`{answer}` is not {question.wrong}.")
    return answer


def samconfig(answers: dict[str, str]) -> str:
    """The file's text. Parameters that keep their defaults are not named in it."""
    tags = ["Project=switchboard", *([f"CostCenter={answers['cost_center']}"] if answers["cost_center"] else [])]
    text = FORM.format(stack=json.dumps(answers["stack"]), tags=json.dumps(" ".join(tags)))
    for name in ("region", "profile"):
        if answers[name]:
            text += f"{name} = {json.dumps(answers[name])}\n"
    if answers["email"]:
        text += f"parameter_overrides = {json.dumps('AlarmEmail=' + answers['email'])}\n"
    return text


def _asked(question: Question) -> str:
    """Until the answer can be right."""

    def checked(answer: str) -> str:
        if not question.rule.fullmatch(answer.strip()):
            raise typer.BadParameter(f"`{answer}` is not {question.wrong}.")
        return answer

    shown = bool(question.default)
    return str(typer.prompt(question.text, default=question.default, show_default=shown, err=True, value_proc=checked))


def _default(question: Question) -> str:
    return question.default
