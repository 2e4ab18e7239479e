# SPDX-License-Identifier: Apache-2.0
"""Plain text tables."""


def ratio(ours, theirs):
    return f"{ours / theirs:.2f}"


def verdict(expected, met):
    return f"expected <= {expected:.2f}: {'met' if met else 'MISSED'}"


def show(head, rows):
    """Prints rows under a head; numbers to the right, repeated first cells left out."""
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    previous = None
    for index, row in enumerate(cells):
        first = "" if row[0] == previous else row[0]
        if index > 1 and first:
            print()
        previous = row[0]
        texts = [cell.ljust(width) if column < 2 else cell.rjust(width) for column, (cell, width) in enumerate(zip([first, *row[1:5]], widths))]
        print("  ".join([*texts, row[5]]).rstrip())
