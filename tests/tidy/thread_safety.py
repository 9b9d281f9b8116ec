#!/usr/bin/python3
"""Clang's thread-safety analysis over every source that sees a Mutex: a guarded member touched without its mutex fails.

thread_safety.py --build BUILD [--jobs N]: parses only, generates nothing; exit 1 when Clang refuses a file.
The build itself is GCC's, to which the annotations of domain/mutex.h are nothing.
"""

import argparse
import concurrent.futures
import os
import subprocess
import sys

import clang_tidy

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
MUTEX = "domain/mutex.h"
COMMAND = ["clang++-14", "-fsyntax-only", "-Wno-everything", "-Wthread-safety", "-Werror"]


def includes_directly(path):
    try:
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            return f'#include "{MUTEX}"' in file.read()
    except OSError:
        return False


def has_a_mutex(path):
    """Whether the file, or a header of its own name, names the mutex: others see it by way of a header, and use it
    through functions that are analysed where they are defined."""
    own_headers = (path, os.path.splitext(path)[0] + ".h", path.replace("_test.cc", ".h"), path.replace(".cc", "_impl.h"))
    return any(includes_directly(p) for p in own_headers)


def run(source):
    result = subprocess.run([*COMMAND, os.path.join(ROOT, source.path), *source.flags], capture_output=True, text=True,
                            check=False, cwd=source.folder)
    return source, result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True, help="a configured build folder")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    sources = clang_tidy.sources_of(ROOT, os.path.realpath(options.build))
    chosen = [s for path, s in sorted(sources.items()) if not path.startswith(("build/", "..")) and has_a_mutex(path)]
    refused = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for source, result in pool.map(run, chosen):
            if result.returncode != 0:
                refused += 1
                print(f"{source.path}\n{result.stderr}", flush=True)
    print(f"thread_safety: {len(chosen)} files, {refused} refused")
    return 1 if refused or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
