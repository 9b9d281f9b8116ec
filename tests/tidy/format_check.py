#!/usr/bin/python3
"""Checks that every hand-written C++ file is formatted as .clang-format says; --fix formats them."""

import os
import subprocess
import sys

import tidy

CLANG_FORMAT = "clang-format-14"


def main() -> int:
    root = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    files = sorted(p for p in tidy.files_of(root) if tidy.is_cpp(p))
    how = ["-i"] if "--fix" in sys.argv[1:] else ["--dry-run", "-Werror"]
    result = subprocess.run([CLANG_FORMAT, *how, *files], cwd=root, check=False)
    print(f"format_check: {len(files)} files" + ("" if result.returncode == 0 else "; tests/tidy/format_check.py --fix mends"))
    return result.returncode


if __name__ == "__main__":
    sys.exit(main())
