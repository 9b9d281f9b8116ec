#!/usr/bin/python3
"""The table of what was injected and what came of it, from the lines that the tests of faults wrote.

report.py LINES.jsonl TABLE.md: exit 1 when anything was lost, invented or raised twice, or nothing was injected.
"""

import datetime
import json
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


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        rows = rows_of(file)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write(f"# Faults injected on {datetime.date.today()}, commit {commit.stdout.strip() or 'unknown'}\n\n"
                   f"Restarts of damaged files are those that opened; the others were refused.\n\n{table_of(rows)}\n")
    print(table_of(rows))
    return 0 if is_sound(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
