#!/usr/bin/python3
"""Runs clang-tidy over the hand-written sources of a build, within a time budget.

Files whose text, headers of ours, command and checks are the same as when they last passed are not run again
(build/clang-tidy-passed). The rest runs in this order: files that differ from the last commit, then all others in an
order that changes with each commit, so that a short budget reaches every file in a few runs. What was not reached is
listed. Exit 1 when a file has findings.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import time

CLANG_TIDY = "clang-tidy-14"
# Of GCC's flags, those that Clang does not know or need.
GCC_ONLY = re.compile(r"^(-Wno-restrict|-Wno-subobject-linkage|-Winvalid-pch|-fpch-preprocess|-fuse-ld=.*|-Werror|-Wall|"
                      r"-Wextra|-Wshadow=local|-Wnon-virtual-dtor|-fsanitize=.*)$")


class Source:
    """A source file and how it is compiled, by itself and without a precompiled header."""

    def __init__(self, root, entry, path):
        self.path = os.path.relpath(path, root)
        self.folder = entry["directory"]
        words = shlex.split(entry["command"])
        compiler = next(i for i, w in enumerate(words) if re.search(r"(g\+\+|clang\+\+|c\+\+)[\d.-]*$", w))
        self.flags = [w for w in words[compiler + 1:] if not GCC_ONLY.match(w)]
        # Neither the object nor the precompiled header of another compiler.
        for option in ("-o", "-c", "-include"):
            if option in self.flags:
                at = self.flags.index(option)
                del self.flags[at:at + 2]

    def command(self):
        return [CLANG_TIDY, "--quiet", os.path.join(self.folder, "..", "..", self.path), "--"] + self.flags


def sources_of(root, build):
    """Every source of a build by its path; those that are compiled several at a time, each by itself."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    sources = {}
    for entry in entries:
        path = os.path.join(entry["directory"], entry["file"])
        paths = [path]
        if "/Unity/" in path:
            with open(path, encoding="utf-8") as file:
                paths = re.findall(r'^#include "([^"]+)"', file.read(), re.M)
        for each in paths:
            source = Source(root, entry, each)
            sources[source.path] = source
    return sources


def headers_of(root, path, known):
    """Texts of ours that `path` includes, through and through."""
    if path in known:
        return known[path]
    known[path] = set()
    try:
        with open(os.path.join(root, path), encoding="utf-8") as file:
            text = file.read()
    except OSError:
        return set()
    found = set()
    for included in re.findall(r'^#include "([^"]+)"', text, re.M):
        if os.path.isfile(os.path.join(root, included)):
            found |= {included} | headers_of(root, included, known)
    known[path] = found
    return found


def fingerprint(root, source, known):
    digest = hashlib.sha256(" ".join(source.flags).replace(root, "").encode())
    for path in [".clang-tidy", source.path] + sorted(headers_of(root, source.path, known)):
        with open(os.path.join(root, path), "rb") as file:
            digest.update(path.encode() + b"\0" + file.read())
    return digest.hexdigest()


def git(root, *arguments):
    return subprocess.run(["git", "-C", root, *arguments], capture_output=True, text=True, check=False).stdout


def in_order(root, sources):
    changed = set(git(root, "diff", "--name-only", "HEAD").split()) | set(git(root, "diff", "--name-only", "HEAD~1").split())
    commit = git(root, "rev-parse", "HEAD")
    return sorted(sources, key=lambda s: (s.path not in changed, hashlib.sha256((commit + s.path).encode()).digest()))


def run(source):
    started = time.monotonic()
    result = subprocess.run(source.command(), capture_output=True, text=True, check=False, cwd=source.folder)
    return source, result.returncode, result.stdout, result.stderr, time.monotonic() - started


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True, help="a configured build folder")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--seconds", type=float, help="start no further file after this long")
    parser.add_argument("--under", nargs="*", default=[""], help="only sources whose path starts with one of these")
    options = parser.parse_args()
    root = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    build = os.path.realpath(options.build)
    under = tuple(options.under)
    hand_written = [source for path, source in sources_of(root, build).items()
                    if path.startswith(under) and not path.startswith(("build/", ".."))]

    passed_folder = os.path.join(root, "build", "clang-tidy-passed")
    os.makedirs(passed_folder, exist_ok=True)
    known = {}
    prints = {s.path: fingerprint(root, s, known) for s in hand_written}
    to_run = [s for s in in_order(root, hand_written) if not os.path.exists(os.path.join(passed_folder, prints[s.path]))]

    started, failures, done, unreached = time.monotonic(), 0, 0, []

    def run_in_budget(source):
        if options.seconds is not None and time.monotonic() - started > options.seconds:
            return source, None, "", "", 0
        return run(source)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for source, status, output, errors, seconds in pool.map(run_in_budget, to_run):
            if status is None:
                unreached.append(source.path)
                continue
            done += 1
            print(f"{source.path}: {'ok' if status == 0 else 'FINDINGS'} ({seconds:.1f} s)", flush=True)
            if status == 0:
                open(os.path.join(passed_folder, prints[source.path]), "w", encoding="utf-8").close()
            else:
                failures += 1
                print(output + ("" if output else errors), flush=True)
    for path in unreached:
        print(f"not reached: {path}")
    print(f"clang_tidy: {len(hand_written)} files: {done} checked, {len(hand_written) - len(to_run)} unchanged since they "
          f"passed, {len(unreached)} not reached in the time given, {failures} with findings")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
