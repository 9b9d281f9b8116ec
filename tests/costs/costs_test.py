#!/usr/bin/python3
"""Whether a record costs what expected.toml says: instructions, allocations, bytes and syncs of each step.

costs_test.py RECORD_COSTS [--write]: runs the program under callgrind and compares. Whatever costs more fails; so does
whatever has become cheaper, until --write records the gain.
"""

import os
import re
import subprocess
import sys
import tempfile
import tomllib

# What would differ from one processor to the next: SHA-256 is left out, and glibc copies as every x86-64 can.
SAME_EVERYWHERE = ["--toggle-collect=EVP_DigestUpdate", "--toggle-collect=EVP_DigestFinal_ex"]
ENVIRONMENT = {**os.environ, "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-AVX,-AVX_Fast_Unaligned_Load,-SSE4_2,-SSE4_1,-SSSE3,-ERMS,-FSRM,-BMI2"}
EXPECTED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "expected.toml")
VALGRIND_SECONDS_MAX = 240
# What may differ without anybody having changed anything: an update of a library.
TOLERANCE = {"instructions": 0.02, "allocations": 0.01}
# Figures by step; what each is divided by.
STEPS = {
    "read": {"instructions": "records", "allocations": "records"},
    "store": {"instructions": "records", "allocations": "records", "version_bytes": "records", "log_syncs": "groups",
              "mark_syncs": "groups"},
    "answer": {"instructions": "records", "allocations": "records"},
    "evaluate": {"instructions": "evaluate children", "allocations": "evaluate children"},
    "find": {"instructions": "children", "allocations": "children"},
    "state": {"bytes": "children"},
}


def measure(program):
    """What each step cost in all, by "step figure"."""
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(["valgrind", "--tool=callgrind", "--collect-atstart=no", *SAME_EVERYWHERE,
                              f"--callgrind-out-file={folder}/costs", program],
                             env=ENVIRONMENT, capture_output=True, text=True, timeout=VALGRIND_SECONDS_MAX, check=False)
        if run.returncode != 0:
            sys.exit(f"valgrind {program} ended with {run.returncode}\n{run.stdout}{run.stderr}")
        costs = {name: int(value) for name, value in (line.split("\t") for line in run.stdout.splitlines())}
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                text = file.read()
            step = re.search(r"^desc: Trigger: Client Request: (\w+)$", text, re.MULTILINE)
            if step:
                costs[step[1] + " instructions"] = int(re.search(r"^totals: (\d+)$", text, re.MULTILINE)[1])
    return costs


def per_unit(costs):
    """As expected.toml has them: {step: {figure: value}}."""
    return {step: {figure: round(costs[f"{step} {figure}"] / costs[unit], 2) for figure, unit in figures.items()}
            for step, figures in STEPS.items()}


def differences(measured, expected):
    for step, figures in measured.items():
        for figure, value in figures.items():
            known = expected[step][figure]
            if abs(value - known) > TOLERANCE.get(figure, 0) * known:
                unit = STEPS[step][figure].split()[-1]
                yield f"{step}: {value} {figure} for each of the {unit}, {known} are expected ({value / known - 1:+.1%})"


def write(measured):
    with open(EXPECTED, encoding="utf-8") as file:
        heading = [line for line in file if line.startswith("#")]
    with open(EXPECTED, "w", encoding="utf-8") as file:
        file.writelines(heading)
        for step, figures in measured.items():
            file.write(f"\n[{step}]\n" + "".join(f"{figure} = {value}\n" for figure, value in figures.items()))


def main():
    measured = per_unit(measure(sys.argv[1]))
    if sys.argv[2:] == ["--write"]:
        write(measured)
        return
    with open(EXPECTED, "rb") as file:
        expected = tomllib.load(file)
    for step, figures in measured.items():
        print(f"{step}: " + ", ".join(f"{value} {figure}" for figure, value in figures.items()))
    found = list(differences(measured, expected))
    if found:
        sys.exit("\n".join(found) + "\nIf that is meant: costs_test.py RECORD_COSTS --write, and say in the commit why. "
                 "tests/costs/README.md says how to see where it goes.")


if __name__ == "__main__":
    main()
