"""Known vulnerabilities in what the functions ship, and a bill of materials of it: audit.py <folder of the tools>.

Ends with 1 if an advisory names something we ship, or if pip-audit itself failed. Where the advisory service cannot be
reached it says so last, and that nothing was checked: that is no pass, and with --strict it ends with 2.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("runtime.txt", "server.txt")
# What pip-audit says where it found nobody to ask.
OUT_OF_REACH = ("connect", "resolve", "timed out")
BILL = ROOT / ".security" / "sbom.cdx.json"


@dataclass(frozen=True, slots=True)
class Audit:
    """Of one lock: packages with an advisory, packages that were checked, packages that could not be.

    `broken` is why there is no report at all, unless nobody could be asked.
    """

    advisories: tuple[str, ...]
    checked: int
    unchecked: int
    broken: str = ""


def read(report: str, complaints: str) -> Audit:
    """What pip-audit printed as JSON, and what it said on stderr."""
    try:
        rows = json.loads(report)["dependencies"]
    except (ValueError, KeyError):
        unreachable = any(words in complaints.lower() for words in OUT_OF_REACH)
        return Audit((), 0, 0, "" if unreachable else (complaints.strip().splitlines() or ["it said nothing"])[-1])
    named = tuple(f"{row['name']} {row['version']}: {one['id']}" for row in rows for one in row.get("vulns", []))
    unchecked = sum("skip_reason" in row for row in rows)
    return Audit(named, len(rows) - unchecked, unchecked)


def verdict(audits: dict[str, Audit], *, strict: bool) -> tuple[int, list[str]]:
    """The exit code, and what to say."""
    said = [f"{lock}: {name}" for lock, audit in audits.items() for name in audit.advisories]
    if said:
        return 1, [*said, "Raise the versions in requirements/*.in, then: make lock"]
    failed = [f"{lock}: pip-audit failed: {audit.broken}" for lock, audit in audits.items() if audit.broken]
    if failed:
        return 1, failed
    for lock, audit in audits.items():
        if audit.checked:
            said.append(f"{lock}: no advisory for {audit.checked} packages; {audit.unchecked} could not be looked up")
        else:
            said.append(
                f"{lock}: NOT CHECKED for known vulnerabilities: pypi.org's advisories cannot be reached from here"
            )
    incomplete = any(audit.unchecked or not audit.checked for audit in audits.values())
    return (2 if strict and incomplete else 0), said


def main(tools: Path, *, strict: bool) -> int:
    audits = {lock: read(*_pip_audit(tools, lock)) for lock in LOCKS}
    code, said = verdict(audits, strict=strict)
    BILL.parent.mkdir(exist_ok=True)
    lock = str(ROOT / "requirements" / LOCKS[0])
    command = [str(tools / "cyclonedx-py"), "requirements", lock, "--output-reproducible", "-o", str(BILL)]
    subprocess.run(command, check=True, capture_output=True)
    count = len(json.loads(BILL.read_text(encoding="utf-8"))["components"])
    print("\n".join([f"bill of materials: {BILL.relative_to(ROOT)}, {count} packages", *said]))
    return code


def _pip_audit(tools: Path, lock: str) -> tuple[str, str]:
    """What it printed, and what it said on stderr."""
    command = [str(tools / "pip-audit"), "-r", str(ROOT / "requirements" / lock), "--require-hashes", "--disable-pip"]
    done = subprocess.run(
        [*command, "--no-deps", "-f", "json", "--timeout", "10"], check=False, capture_output=True, text=True
    )
    return done.stdout, done.stderr


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), strict="--strict" in sys.argv))
