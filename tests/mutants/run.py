#!/usr/bin/python3
"""Puts each fault of mutants.toml into a copy of the sources, builds, and sees which test notices.

run.py --check            each fault's line stands once in its file, and its tests exist in --build, default build/release (quick)
run.py [NAME...]          each fault, or those whose name has one of NAME in it; exit 1 when one survives
  --copy FOLDER           where the copy is built; default build/mutants
"""

import argparse
import filecmp
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SECONDS_MAX = 600  # for one test; a mutant may loop
PROGRAMS = ["vangnetd", "vangnet", "vangnet_python"]  # that tests in Python run
FIELDS = {"name", "file", "old", "new", "why", "tests"}


def read_mutants():
    with open(os.path.join(ROOT, "tests/mutants/mutants.toml"), "rb") as file:
        return tomllib.load(file)["mutant"]


def read_text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write_text(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def known_tests(build):
    listed = subprocess.run(["ctest", "--test-dir", build, "-N"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"Test +#\d+: (\S+)", listed))


def problems_of(mutants, tests):
    """What is wrong with the list itself; `tests` are the names that ctest knows."""
    names = set()
    for mutant in mutants:
        name = mutant.get("name", "?")
        if set(mutant) != FIELDS or not mutant["tests"]:
            yield f"{name}: has {sorted(mutant)}, needs {sorted(FIELDS)}, and at least one test"
            continue
        if name in names:
            yield f"{name}: twice"
        names.add(name)
        count = read_text(os.path.join(ROOT, mutant["file"])).count(mutant["old"])
        if count != 1:
            yield f"{name}: `old` stands {count} times in {mutant['file']}"
        if mutant["old"] == mutant["new"] or "\n" in mutant["old"] + mutant["new"]:
            yield f"{name}: is no fault of one line"
        for test in mutant["tests"]:
            if test not in tests:
                yield f"{name}: there is no test {test}"


def copy_sources(copy):
    """The files that git knows, as they are; what did not change keeps its time, so that only the rest is built."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                            capture_output=True, check=True).stdout.decode().split("\0")
    for name in filter(None, listed):
        source, target = os.path.join(ROOT, name), os.path.join(copy, name)
        if not os.path.isfile(source):
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if not os.path.isfile(target) or not filecmp.cmp(source, target, shallow=False):
            shutil.copy(source, target)


def targets_of(tests, copy):
    """What must be built for these tests: of one in Python, the programs."""
    listed = subprocess.run(["ctest", "--test-dir", os.path.join(copy, "build/release"), "--show-only=json-v1"],
                            capture_output=True, text=True, check=True).stdout
    programs = {test["name"]: os.path.basename(test["command"][0]) for test in json.loads(listed)["tests"]
                if "command" in test}
    return sorted({target for test in tests
                   for target in ([test] if programs.get(test, test) == test else PROGRAMS)})


def build(copy, tests):
    return subprocess.run(["cmake", "--build", os.path.join(copy, "build/release"), "--target",
                           *targets_of(tests, copy)],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


def killer_of(mutant, copy):
    """The first test that fails with the fault in place; None: it survives. A fault that does not build is an error."""
    path = os.path.join(copy, mutant["file"])
    sound = read_text(path)
    try:
        write_text(path, sound.replace(mutant["old"], mutant["new"]))
        built = build(copy, mutant["tests"])
        if built.returncode != 0:
            sys.exit(f"{mutant['name']}: does not build\n{built.stdout[-3000:]}")
        for test in mutant["tests"]:
            ran = subprocess.run(["ctest", "--test-dir", os.path.join(copy, "build/release"), "-R", f"^{test}$",
                                  "--no-tests=error", "--timeout", str(SECONDS_MAX)],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            if ran.returncode != 0:
                return test
        return None
    finally:
        write_text(path, sound)


def run(mutants, copy):
    os.makedirs(copy, exist_ok=True)
    copy_sources(copy)
    subprocess.run(["cmake", "--preset", "release"], cwd=copy, stdout=subprocess.DEVNULL, check=True)
    tests = sorted({test for mutant in mutants for test in mutant["tests"]})
    print(f"building {len(tests)} tests as they are", flush=True)
    built = build(copy, tests)
    if built.returncode != 0:
        sys.exit(built.stdout[-3000:])
    sound = subprocess.run(["ctest", "--test-dir", os.path.join(copy, "build/release"), "-R", f"^({'|'.join(tests)})$"],
                           stdout=subprocess.PIPE, text=True, check=False)
    if sound.returncode != 0:
        sys.exit(f"a test fails without any fault\n{sound.stdout[-3000:]}")
    survivors = []
    for mutant in mutants:
        started = time.monotonic()
        killer = killer_of(mutant, copy)
        if killer is None:
            survivors.append(mutant)
        print(f"{mutant['name']:<62} {killer or 'SURVIVED':<28} {time.monotonic() - started:5.0f} s", flush=True)
    return survivors


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--build", default=os.path.join(ROOT, "build/release"))
    parser.add_argument("--copy", default=os.path.join(ROOT, "build/mutants"))
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    mutants = read_mutants()
    problems = list(problems_of(mutants, known_tests(options.build)))
    for problem in problems:
        print(problem)
    if problems or options.check:
        print(f"{len(mutants)} mutants, {len(problems)} problems")
        return 1 if problems else 0
    chosen = [m for m in mutants if not options.names or any(part in m["name"] for part in options.names)]
    survivors = run(chosen, os.path.abspath(options.copy))
    print(f"{len(chosen)} mutants, {len(chosen) - len(survivors)} killed, {len(survivors)} survived")
    return 1 if survivors or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
