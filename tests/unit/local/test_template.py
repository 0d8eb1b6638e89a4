from pathlib import Path

import pytest

from local.template import read_template


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("!Ref Api", {"Ref": "Api"}),
        ("!Sub ${Api}.x", {"Fn::Sub": "${Api}.x"}),
        ("!GetAtt Table.Stream.Arn", {"Fn::GetAtt": ["Table", "Stream.Arn"]}),
        ('!If [Arm, !Ref A, "b"]', {"Fn::If": ["Arm", {"Ref": "A"}, "b"]}),
        ("!Condition Arm", {"Condition": "Arm"}),
    ],
)
def test_short_tags_become_what_they_stand_for(tmp_path: Path, short: str, long: object) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(f"Value: {short}\n")
    assert read_template(path)["Value"] == long


def test_a_tag_runs_no_code(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text("Value: !python/object/apply:os.getcwd []\n")
    assert read_template(path)["Value"] == {"Fn::python/object/apply:os.getcwd": []}
