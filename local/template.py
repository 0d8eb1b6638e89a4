"""template.yaml as data: CloudFormation's short tags become the objects that they stand for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import yaml

Template: TypeAlias = Mapping[str, Any]  # Any: a template's values, as YAML gives them


class _Loader(yaml.SafeLoader):
    """YAML with !Ref, !Sub, !GetAtt and the like."""


def _tagged(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _tagged)


def read_template(path: Path) -> Template:
    """Raises OSError, or yaml.YAMLError for what is no YAML."""
    template: Template = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    return template
