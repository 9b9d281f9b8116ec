#!/usr/bin/python3
"""The table of what was injected and what came of it, from the lines that the tests of faults wrote.

report.py LINES.jsonl TABLE.md [--seconds N]: exit 1 when anything was lost, invented or raised twice, or nothing was
injected. N is what the tests took, for the heading.
"""

import argparse
import datetime
import json
import os
import subprocess
import sys

# Field of a line, its column, and how the lines of one fault come together.
COLUMNS = (
    ("injected", "injected", sum),
    ("restarts", "restarts", sum),
    ("acknowledged", "acknowledged", sum),
    ("missing", "missing", sum),
    ("invented", "invented", sum),
    ("differing", "runs that differ", sum),
    ("raised_twice", "raised twice", sum),
    ("seconds_until_ready", "seconds to ready, at most", max),
)
MUST_BE_ZERO = ("missing", "invented", "differing", "raised_twice")


def rows_of(lines):
    """Fault -> its figures, in order of first appearance."""
    faults = {}
    for line in lines:
        entry = json.loads(line)
        faults.setdefault(entry["fault"], []).append(entry)
    return {fault: {field: join(e[field] for e in entries) for field, _, join in COLUMNS}
            for fault, entries in faults.items()}


def is_sound(rows):
    return bool(rows) and all(r["injected"] > 0 and not any(r[f] for f in MUST_BE_ZERO) for r in rows.values())


def cell(value):
    return f"{value:.2f}" if isinstance(value, float) else f"{value:,}"


def table_of(rows):
    lines = ["| fault | " + " | ".join(column for _, column, _ in COLUMNS) + " |",
             "| --- |" + " ---: |" * len(COLUMNS)]
    for fault, row in rows.items():
        lines.append(f"| {fault} | " + " | ".join(cell(row[field]) for field, _, _ in COLUMNS) + " |")
    return "\n".join(lines)


def heading_of(date, commit, processors, seconds):
    took = "" if seconds is None else f", {seconds // 60} min {seconds % 60} s"
    return f"# Faults injected on {date}\n\nCommit {commit}, {processors} processors{took}.\n"


def commit_of_tree():
    """With "-dirty" when the tree is not what was committed."""
    describe = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return describe.stdout.strip() or "unknown"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lines")
    parser.add_argument("table")
    parser.add_argument("--seconds", type=int)
    options = parser.parse_args()
    with open(options.lines, encoding="utf-8") as file:
        rows = rows_of(file)
    heading = heading_of(datetime.date.today(), commit_of_tree(), os.cpu_count(), options.seconds)
    with open(options.table, "w", encoding="utf-8") as file:
        file.write(f"{heading}\nRestarts of damaged files are those that opened; the others were refused.\n\n"
                   f"{table_of(rows)}\n")
    print(heading)
    print(table_of(rows))
    return 0 if is_sound(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
