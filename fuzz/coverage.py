#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Says what of the core crates the corpus reaches, from `llvm-cov export`, and fails where an arm or a function of the server is not.

    coverage.py EXPORT.json ROOT [ALLOWED]

A line of ALLOWED names what may be left out: file | the line's text | why.
"""

import json
import re
import sys
from pathlib import Path

CRATES = ("westerly-wire", "westerly-store", "westerly-server")
# Where a handler's arm that nothing reaches is a failure.
JUDGED = "crates/westerly-server/src/"
ARM = re.compile(r"=>\s*")
FUNCTION = re.compile(r"^\s*(pub(\(\w+\))? )?(const )?fn \w+")


def count_at(segments, line, column):
    """How often the code at a place ran; None where there is none."""
    found = None
    for start_line, start_column, count, has_count, *_ in segments:
        if (start_line, start_column) > (line, column):
            break
        found = count if has_count else None
    return found


def places(lines):
    """What is judged: line, column, both from 1, and the line's text."""
    for number, line in enumerate(lines, 1):
        code = line.split("//")[0]
        if line.startswith("#[cfg(test)]"):
            return
        if arm := ARM.search(code):
            if arm.end() < len(code.rstrip()):
                yield number, arm.end() + 1, line.strip()
            elif number < len(lines):
                following = lines[number]
                yield number + 1, len(following) - len(following.lstrip()) + 1, line.strip()
        elif FUNCTION.match(code):
            # Its body's first bracket, or nothing: a declaration.
            for place in range(number - 1, min(number + 8, len(lines))):
                text = lines[place].split("//")[0].rstrip()
                if text.endswith("{") or " { " in text:
                    yield number, len(line) - len(line.lstrip()) + 1, line.strip()
                if text.endswith(("{", ";", "}")):
                    break


def main():
    export, root, *rest = sys.argv[1:]
    root = Path(root).resolve()
    allowed = {}
    for line in Path(rest[0]).read_text().splitlines() if rest else []:
        if line and not line.startswith("#"):
            # The line's text may have bars of its own.
            file, text = line.rpartition(" | ")[0].split(" | ", 1)
            allowed[file.strip(), text.strip()] = line.rpartition(" | ")[2]
    missing, used = [], set()
    totals = {crate: [0, 0] for crate in CRATES}
    print("| file | regions | reached |\n|---|---|---|")
    for data in sorted(json.loads(Path(export).read_text())["data"][0]["files"], key=lambda data: data["filename"]):
        file = Path(data["filename"])
        if not file.is_relative_to(root):
            continue
        name = str(file.relative_to(root))
        parts = name.split("/")
        if parts[0] != "crates" or parts[1] not in CRATES or parts[2] != "src":
            continue
        regions = data["summary"]["regions"]
        totals[parts[1]][0] += regions["count"]
        totals[parts[1]][1] += regions["covered"]
        print(f"| {name.removeprefix('crates/')} | {regions['count']} | {regions['percent']:.1f} % |")
        if not name.startswith(JUDGED):
            continue
        for line, column, text in places(file.read_text().splitlines()):
            if count_at(data["segments"], line, column) != 0:
                continue
            key = (name.removeprefix(JUDGED), text)
            if key in allowed:
                used.add(key)
            else:
                missing.append(f"{name}:{line}: {text}")
    for crate, (count, covered) in totals.items():
        print(f"| **{crate}** | {count} | {100 * covered / max(count, 1):.1f} % |")
    for file, text in sorted(set(allowed) - used):
        print(f"coverage: reached by now, or gone, and still excused: {file}: {text}")
    for place in missing:
        print(f"coverage: not reached: {place}")
    if missing or set(allowed) - used:
        sys.exit(1)
    print(f"coverage: every arm and function of the server is reached but {len(used)}, for the reasons in coverage.allowed")


if __name__ == "__main__":
    main()
