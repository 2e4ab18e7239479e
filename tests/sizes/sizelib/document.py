# SPDX-License-Identifier: Apache-2.0
"""The tables: of what was measured, for a terminal, and of the limits, for docs/sizes.md."""

from .builds import SETS
from .limits import BOOTLOADER_RESERVE, RESERVE, STACK_RESERVE

BEGIN = "<!-- tests/sizes/run --document writes what is between these two lines. -->"
END = "<!-- So much for tests/sizes/run. -->"


def size(count):
    """Bytes as people read them: a megabyte is one, and nothing is rounded away that counts."""
    if count >= 1 << 20:
        return f"{count / (1 << 20):.1f}".removesuffix(".0") + " MB"
    if count >= 10240:
        return f"{count / 1024:.0f} KB"
    if count >= 1024:
        return f"{count / 1024:.1f}".removesuffix(".0") + " KB"
    return f"{count} B"


def share(used, of):
    return f"{100 * used / of:.0f} %"


def terminal(builds, limits):
    """The measured figures in bytes, their share, what is left, and what they may be."""
    heads = ("board", "set", "flash", "", "left", "limit", "RAM", "", "left", "limit", "of it stacks")
    rows = []
    for board in sorted({board for boards in builds.sizes.values() for board in boards}):
        for kind in SETS:
            sizes = builds.sizes.get(kind, {}).get(board)
            if sizes is not None:
                cells = [cell for name in ("flash", "RAM") for cell in figures(sizes.get(name), limits.figures.get(kind, {}).get(board, {}).get(name))]
                rows.append((board, kind, *cells, f"{sizes['stacks']:,}"))
    text = columns(heads, rows)
    stacks = [(board, name, *figures(figure, limits.figures.get("stacks", {}).get(board, {}).get(name)), f"{figure[1]:,}")
              for board, threads in sorted(builds.stacks.items()) for name, figure in sorted(threads.items())]
    if stacks:
        text += "\n" + columns(("board", "stack of", "used at most", "", "left", "limit", "of"), stacks)
    return text


def figures(figure, limit):
    if figure is None:
        return ("-", "", "", "")
    used, of = figure
    return (f"{used:,}", share(used, of), f"{of - used:,}", f"{limit[0]:,}" if limit else "none")


def columns(heads, rows):
    """Text columns: the first two to the left, numbers to the right."""
    widths = [max(len(row[place]) for row in (heads, *rows)) for place in range(len(heads))]
    lines = []
    for row in (heads, *rows):
        cells = [cell.ljust(width) if place < 2 else cell.rjust(width) for place, (cell, width) in enumerate(zip(row, widths))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"


def markdown(limits):
    """The part of docs/sizes.md that is made from the limits."""
    lines = [BEGIN, "", "| board | | flash, at most | of | | RAM, at most | of | |", "|---|---|--:|--:|--:|--:|--:|--:|"]
    boards = sorted({board for kind in SETS for board in limits.figures.get(kind, {})})
    for board in boards:
        for kind in SETS:
            sizes = limits.figures.get(kind, {}).get(board)
            if sizes is not None:
                cells = (cell for name in ("flash", "RAM") for cell in limit_cells(sizes.get(name)))
                lines.append(f"| {board} | {kind} | {' | '.join(cells)} |")
    lines += ["", *(f"- **{kind}**: {what}" for kind, what in SETS.items() if kind in limits.figures), ""]
    if limits.figures.get("stacks"):
        lines += ["| board | stack of | used under load, at most | of | |", "|---|---|--:|--:|--:|"]
        for board, threads in sorted(limits.figures["stacks"].items()):
            lines += [f"| {board} | {name} | {limit[0]:,} B | {limit[1]:,} B | {share(*limit)} |" for name, limit in sorted(threads.items())]
        lines.append("")
    lines += [
        f"Of flash {RESERVE['flash']:.0%} must be left ({BOOTLOADER_RESERVE['flash']:.0%} under the bootloader), of RAM {RESERVE['RAM']:.0%}, "
        f"of a stack {STACK_RESERVE:.0%}. The limits are for {', '.join(limits.compilers) or 'no compiler yet'}.",
        "",
        END,
    ]
    return "\n".join(lines)


def limit_cells(limit):
    if limit is None:
        return ("in RAM", "", "")
    return (size(limit[0]), size(limit[1]), share(*limit))


def place_in(text, part):
    """The document with its part made anew; None where it has no place for it."""
    before, begun, rest = text.partition(BEGIN)
    _, ended, after = rest.partition(END)
    return before + part + after if begun and ended else None
