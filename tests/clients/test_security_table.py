# SPDX-License-Identifier: Apache-2.0
"""Every row of the table in docs/security.md names a test that there is, and every attack is in a row."""

import ast
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ATTACKS = ["test_security.py", "test_security_tools.py"]
# What is no attack: that what is good works.
OTHERS = {
    "test_with_a_seal",
    "test_several_requests_under_one_seal",
    "test_a_success_clears_the_failures",
    "test_smpmgr_through_the_proxy",
    "test_mcumgr_toolkit_through_the_proxy",
    "test_reading_where_it_takes_a_key",
}


def functions_of(path: Path) -> set[str]:
    """The names of the tests in a file."""
    body = ast.parse(path.read_text()).body
    return {item.name for item in body if isinstance(item, ast.FunctionDef) and item.name.startswith("test_")}


def named() -> list[tuple[Path, str]]:
    """File and function of each row."""
    text = (ROOT / "docs" / "security.md").read_text().split("\n| attack |")[1]
    rows = [line for line in text.splitlines()[2:] if line.startswith("|")]
    found = []
    for row in rows:
        attack, expected, seen, test = (cell.strip() for cell in row.strip("|").split("|"))
        assert attack and expected and seen, row
        tests = re.findall(r"`([\w./]+)::(\w+)`", test)
        assert tests, row
        found += [(ROOT / file if "/" in file else HERE / file, function) for file, function in tests]
    assert len(rows) > 40
    return found


def test_every_row_names_a_test_that_there_is():
    for path, function in named():
        assert path.is_file() and function in functions_of(path), (path, function)


def test_every_attack_is_in_a_row():
    rows = set(named())
    for file in ATTACKS:
        for function in functions_of(HERE / file) - OTHERS:
            assert (HERE / file, function) in rows, function
