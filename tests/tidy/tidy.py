#!/usr/bin/python3
"""Checks of the source tree that no compiler makes: who includes whom, banned words, lengths, what is not built.

tidy.py [FOLDER]: prints each violation as "file:line: rule: what is wrong"; exit 1 when there are any.
The tables are in rules.py. Every check has a planted violation in tidy_test.py.
"""

import ast
import os
import re
import subprocess
import sys
from typing import Dict, Iterator, List, NamedTuple

import rules

Tree = Dict[str, str]  # path from the root of the project -> text


class Violation(NamedTuple):
    path: str
    line: int
    rule: str
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


def is_cpp(path: str) -> bool:
    return path.endswith((".h", ".cc"))


def without_comments_and_strings(text: str) -> str:
    """The same text, line for line, with comments and the insides of literals blanked."""
    pattern = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"(?P<d>[^(\s]*)\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"|(?<![\w])\'(?:\\.|[^\'\\\n])+\'', re.S)

    def blank(match):
        return "".join("\n" if c == "\n" else " " for c in match.group(0))

    return pattern.sub(blank, text)


# Includes ------------------------------------------------------------------------------------------------------------


def includes_of(text: str):
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*["<]([^">]+)[">]', line)
        if match:
            yield number, match.group(1)


def layer_of(path: str):
    for layer in rules.LAYERS:
        if path.startswith(layer.path) and path.endswith(layer.suffix):
            return layer
    return None


def check_include_directions(tree: Tree) -> Iterator[Violation]:
    for path, text in tree.items():
        if not is_cpp(path):
            continue
        layer = layer_of(path)
        if layer is None:
            yield Violation(path, 1, "layer", "this folder is in no layer of tests/tidy/rules.py")
            continue
        own = "/".join(path.split("/")[:2]) + "/"
        allowed = tuple(own if a == "services/FOLDER/" else a for a in layer.may_include)
        for line, included in includes_of(text):
            if included.startswith(rules.PROJECT_FOLDERS) and not included.startswith(allowed):
                yield Violation(path, line, "include", f"{layer.path} may not include {included}")


def check_libraries(tree: Tree) -> Iterator[Violation]:
    for path, text in tree.items():
        if not is_cpp(path):
            continue
        for line, included in includes_of(text):
            for library, allowed in rules.LIBRARIES:
                if included.startswith(library) and not re.match(allowed, path):
                    yield Violation(path, line, "library", f"{included} may not be included here")


def check_concrete_classes(tree: Tree) -> Iterator[Violation]:
    for path, text in tree.items():
        if not is_cpp(path) or rules.CONCRETE_CLASS_FILES.match(path):
            continue
        for number, line in enumerate(without_comments_and_strings(text).splitlines(), 1):
            match = rules.CONCRETE_CLASS.search(line)
            if match:
                yield Violation(path, number, "concrete",
                                f"{match.group(0)} is named by services/server/app.cc alone; take the interface")


# Words and lines -----------------------------------------------------------------------------------------------------


def check_banned_words(tree: Tree) -> Iterator[Violation]:
    banned = [(re.compile(b.pattern, re.M), b) for b in rules.BANNED]
    for path, text in tree.items():
        if not is_cpp(path):
            continue
        code = without_comments_and_strings(text)
        for pattern, entry in banned:
            if re.match(entry.allowed, path):
                continue
            for match in pattern.finditer(code):
                line = code.count("\n", 0, match.end()) + 1
                yield Violation(path, line, "banned", f"{match.group(0).strip()}: use {entry.instead}")


def check_banned_anywhere(tree: Tree) -> Iterator[Violation]:
    for path, text in tree.items():
        if path.startswith("tests/tidy/"):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            for pattern, instead in rules.BANNED_ANYWHERE:
                match = pattern.search(line)
                if match:
                    yield Violation(path, number, "banned", f"{match.group(0)}: use {instead}")


def check_whitespace(tree: Tree) -> Iterator[Violation]:
    for path, text in tree.items():
        if "/testdata/" in path:
            continue
        for number, line in enumerate(text.split("\n"), 1):
            if "\t" in line:
                yield Violation(path, number, "whitespace", "a tab")
            if line.endswith((" ", "\r")):
                yield Violation(path, number, "whitespace", "a space or carriage return at the end of the line")
        if text and not text.endswith("\n"):
            yield Violation(path, text.count("\n") + 1, "whitespace", "no newline at the end of the file")


def check_header_guards(tree: Tree) -> Iterator[Violation]:
    for path, text in tree.items():
        if not path.endswith(".h"):
            continue
        guard = "VANGNET_" + re.sub(r"[^A-Z0-9]", "_", path.upper()) + "_"
        if f"#ifndef {guard}\n#define {guard}\n" not in text or f"#endif  // {guard}" not in text:
            yield Violation(path, 1, "guard", f"the header guard must be {guard}")
        if not text.startswith("// "):
            yield Violation(path, 1, "header", "a header opens with what the thing is")


# Lengths -------------------------------------------------------------------------------------------------------------


def cpp_functions(text: str):
    """Yields (first line, last line) of every function body; near enough for counting lines."""
    code = re.sub(r"^\s*#.*(\\\n.*)*$", "", without_comments_and_strings(text), flags=re.M)
    scopes = []  # of each open brace: ("type" | "function" | "block", first line)
    start, line, parentheses = 0, 1, 0
    for position, c in enumerate(code):
        if c == "\n":
            line += 1
        elif c in "([":
            parentheses += 1
        elif c in ")]":
            parentheses -= 1
        elif c == ";" and parentheses == 0:
            start = position + 1
        elif c == "{":
            head = re.sub(r"^(\s*(public|private|protected)\s*:(?!:))+", "", code[start:position])
            scopes.append((scope_kind(head.strip(), scopes, parentheses), line - head.lstrip().count("\n")))
            start = position + 1 if scopes[-1][0] != "initializer" else start
        elif c == "}" and scopes:
            kind, first = scopes.pop()
            if kind == "function":
                yield first, line
            start = position + 1 if kind != "initializer" else start


def scope_kind(head: str, scopes, parentheses: int) -> str:
    """What the brace after `head` opens."""
    if parentheses > 0 or (re.search(r"\)[\s\w]*:(?!:)", head) and re.search(r"[\w>]$", head)):
        return "initializer"  # f({…}), or a member of a constructor's list: member_{…}
    if re.match(r"(inline\s+)?namespace\b|extern\b", head):
        return "type"
    if re.search(r"\b(class|struct|union|enum)\b", head) and not re.search(r"\)[\s\w]*$|=", head):
        return "type"
    if all(kind == "type" for kind, _ in scopes) and "(" in head and not head.endswith("="):
        return "function"
    return "block"


def python_functions(text: str):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno


def shell_functions(text: str):
    first = None
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"\w+\(\) \{", line):
            first = number
        elif line == "}" and first is not None:
            yield first, number
            first = None


def is_shell(text: str) -> bool:
    return text.startswith("#!/usr/bin/env bash") or text.startswith("#!/bin/")


def check_lengths(tree: Tree) -> Iterator[Violation]:
    for path, text in tree.items():
        functions = None
        if is_cpp(path):
            functions = cpp_functions
        elif path.endswith(".py"):
            functions = python_functions
        elif is_shell(text):
            functions = shell_functions
        if functions is None:
            continue
        lines = text.count("\n")
        if lines > rules.FILE_LINES_MAX:
            yield Violation(path, lines, "length", f"{lines} lines; at most {rules.FILE_LINES_MAX} a file")
        for first, last in functions(text):
            length = last - first + 1
            if length > rules.FUNCTION_LINES_MAX:
                yield Violation(path, first, "length",
                                f"a function of {length} lines; at most {rules.FUNCTION_LINES_MAX}")


# What is built -------------------------------------------------------------------------------------------------------


def cmake_without_comments(text: str) -> str:
    return re.sub(r"#[^\n]*", "", text).replace("${CMAKE_CURRENT_SOURCE_DIR}/", "")


def check_sources_are_built(tree: Tree) -> Iterator[Violation]:
    """Every .cc and *_test.py is named by the CMakeLists.txt nearest above it."""
    for path in tree:
        if not (path.endswith(".cc") or path.endswith("_test.py")):
            continue
        folder = os.path.dirname(path)
        while folder and os.path.join(folder, "CMakeLists.txt") not in tree:
            folder = os.path.dirname(folder)
        lists = os.path.join(folder, "CMakeLists.txt")
        name = os.path.relpath(path, folder) if folder else path
        if not re.search(r"(?<![\w/.])" + re.escape(name) + r"(?![\w.])", cmake_without_comments(tree.get(lists, ""))):
            yield Violation(path, 1, "built", f"{lists} does not name it, so it is never built or run")


def check_folders_are_built(tree: Tree) -> Iterator[Violation]:
    """Every CMakeLists.txt is reached from the top by add_subdirectory, and every source named there exists."""
    reached, queue = set(), ["CMakeLists.txt"]
    while queue:
        lists = queue.pop()
        if lists in reached:
            continue
        reached.add(lists)
        text = cmake_without_comments(tree.get(lists, ""))
        for name in re.findall(r"\badd_subdirectory\(\s*([\w/.-]+)", text):
            queue.append(os.path.normpath(os.path.join(os.path.dirname(lists), name, "CMakeLists.txt")))
        for name in re.findall(r"(?<![\w/.{}$-])([\w/-]+\.cc)\b", text):
            source = os.path.normpath(os.path.join(os.path.dirname(lists), name))
            if lists in tree and source not in tree:
                yield Violation(lists, 1, "built", f"{name} does not exist")
    for path in tree:
        if path.endswith("CMakeLists.txt") and path not in reached:
            yield Violation(path, 1, "built", "no add_subdirectory leads here")
    for path in sorted(reached - set(tree)):
        yield Violation(path, 1, "built", "add_subdirectory leads here, but there is no such file")


def check_tests_are_registered(tree: Tree) -> Iterator[Violation]:
    """Every *_test.cc belongs to a vangnet_test or a program that an add_test runs."""
    for path, text in tree.items():
        if not path.endswith("CMakeLists.txt"):
            continue
        code = cmake_without_comments(text)
        for name, body in re.findall(r"\bvangnet_program\(\s*(\w+)([^)]*)\)", code):
            if "_test.cc" in body and not re.search(r"\badd_test\([^)]*\b" + name + r"\b", code):
                yield Violation(path, 1, "built", f"{name} is a test that no add_test runs")


# What is written about the tree --------------------------------------------------------------------------------------


def check_readme_map(tree: Tree) -> Iterator[Violation]:
    """The README names every folder at the top; and what any README names in backticks as a path exists."""
    readme = tree.get("README.md")
    if readme is None:
        yield Violation("README.md", 1, "readme", "there is none")
        return
    for folder in sorted({p.split("/")[0] for p in tree if "/" in p and not p.startswith(".")}):
        if f"`{folder}/" not in readme:
            yield Violation("README.md", 1, "readme", f"the map does not name `{folder}/`")
    folders = {os.path.dirname(p) for p in tree}
    folders |= {"/".join(f.split("/")[:n]) for f in folders for n in range(1, f.count("/") + 2)}
    for path, text in tree.items():
        if not path.endswith("README.md"):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            for named in re.findall(r"`((?:domain|proto|storage|alerts|services|cli|deploy|tests|cmake)/[\w./-]*)`", line):
                if named not in tree and named.rstrip("/") not in folders:
                    yield Violation(path, number, "readme", f"`{named}` does not exist")


CHECKS = (
    check_include_directions, check_libraries, check_concrete_classes, check_banned_words, check_banned_anywhere,
    check_whitespace, check_header_guards, check_lengths, check_sources_are_built, check_folders_are_built,
    check_tests_are_registered, check_readme_map,
)


def violations_of(tree: Tree) -> List[Violation]:
    return sorted(v for check in CHECKS for v in check(tree))


def files_of(root: str) -> List[str]:
    """What git knows or would add; in an unpacked archive, everything but build/."""
    git = subprocess.run(["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                         capture_output=True, check=False)
    if git.returncode == 0:
        return [p for p in git.stdout.decode().split("\0") if p and os.path.isfile(os.path.join(root, p))]
    found = []
    for folder, names, files in os.walk(root):
        names[:] = [n for n in names if n not in ("build", ".git", "__pycache__")]
        found += [os.path.relpath(os.path.join(folder, f), root) for f in files]
    return found


def tree_of(root: str) -> Tree:
    """Hand-written text files; copies of foreign protos are left as they came."""
    tree = {}
    for path in files_of(root):
        if path.startswith(("proto/google/", "proto/grpc/")):
            continue
        with open(os.path.join(root, path), "rb") as file:
            content = file.read()
        if b"\0" not in content:
            tree[path] = content.decode("utf-8", errors="replace")
    return tree


def main() -> int:
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    tree = tree_of(root)
    found = violations_of(tree)
    for violation in found:
        print(violation)
    print(f"tidy: {len(tree)} files, {len(CHECKS)} checks, {len(found)} violations")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
