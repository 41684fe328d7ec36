#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""Reads the source as a reviewer would who never tires. Prints file:line and what to do.

  tidy_test.py ROOT          checks the tree
  tidy_test.py --self-test   plants violations in a small tree and shows that each is found

Exceptions are lines of tests/tidy_allowed.txt: `rule path [limit]  # reason`. The list may only shrink: an entry that
is no longer needed, or a limit above what the file needs, is itself a problem.
"""
import pathlib
import re
import sys

sys.dont_write_bytecode = True  # leave nothing beside the source
import guard  # noqa: E402
import tidy_source  # noqa: E402

ROOMS = ("asl", "storage", "workers", "engine", "proto", "tools", "tests", ".ci")
SUFFIXES = (".cc", ".h", ".proto", ".py", ".sh", ".cmake")
FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
OPENING_WORDS_MIN = 12  # a header's first paragraph: below this it says nothing

# Where the time of day, a timer or chance may be read: there, so that everything else can be given a virtual one. Tools
# and the tests of real processes live in real time.
CLOCK_FILE = re.compile(r"(^|/)clock\w*\.(h|cc|py)$|^tools/|^tests/(crash|clients|embed|kill)/")
CLOCK_OR_CHANCE = re.compile(
    r"\b(system_clock|high_resolution_clock|steady_clock)::now\b|\babsl::Now\(|\bgettimeofday\(|\bclock_gettime\("
    r"|\bstd::time\(|\btime\(nullptr\)|\brandom_device\b|\bstd::rand\(|\babsl::(Insecure)?BitGen\b|\bRAND_bytes\("
    r"|\bgetrandom\(|\bstd::srand\(")
SLEEP = re.compile(r"\bsleep_for\(|\bsleep_until\(|\busleep\(|\bnanosleep\(|\bSleepFor\(|\btime\.sleep\(|\bsleep\(\d")
# Spelled in two halves, so that this file does not find itself.
MARKER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|not yet impl" r"emented|un" r"implemented\(")


def is_test(path):
    return path.startswith("tests/") or path.endswith("_test.cc")


def check_size(path, source):
    for number, name, lines in source.functions():
        if lines > FUNCTION_LINES_MAX:
            yield ("function", number, lines, f"{name} has {lines} lines, {FUNCTION_LINES_MAX} at most: "
                   "keep the branches here and move leaves out")
    lines = len(source.lines)
    if lines > FILE_LINES_MAX:
        yield ("file", 1, lines, f"{lines} lines, {FILE_LINES_MAX} at most: look for the seam")


def check_lines(path, source):
    for number, line in enumerate(source.code_lines(), 1):
        if not CLOCK_FILE.search(path) and CLOCK_OR_CHANCE.search(line):
            yield ("clock", number, 0, "reads the time or draws by chance: take a clock or a draw as an argument")
        if is_test(path) and SLEEP.search(line):
            yield ("sleep", number, 0, "a test must not sleep: move the virtual clock or wait on a condition")
    for number, line in enumerate(source.lines, 1):
        if MARKER.search(line):
            yield ("marker", number, 0, "leftover marker: do it now, or say what is missing and what happens until then")


def check_opening(path, source):
    head = "\n".join(source.lines[:4])
    if "SPDX-License-Identifier: Apache-2.0" not in head or "SPDX-FileCopyrightText: The asld authors" not in head:
        yield ("spdx", 1, 0, "the two SPDX lines are missing at the top")
    if path.endswith(".h"):
        paragraph = []
        for line in source.lines[2:]:
            if not line.startswith("//"):
                break
            paragraph += line.strip("/ ").split()
        if len(paragraph) < OPENING_WORDS_MIN:
            yield ("opening", 1, 0, "a header opens with a paragraph: what it is for, who owns it, which thread may "
                   "call it, what it must not know")


def check_used(tree):
    """Every source is built, every header included, every script called from somewhere."""
    builds = {f: s.text for f, s in tree.items() if f.endswith("CMakeLists.txt") or f.endswith(".cmake")}
    included = set()
    for source in tree.values():
        included.update(re.findall(r'#\s*include "([^"]+)"', source.text))
    for path in tree:
        name = path.rsplit("/", 1)[-1]
        used = True
        if path.endswith(".cc"):
            above = [b for b in builds if path.startswith(b.rsplit("/", 1)[0] + "/")]
            used = any(re.search(r"(?<![\w.])" + re.escape(name) + r"(?!\w)", builds[b]) for b in above)
            what = "no CMakeLists.txt above it names it: build it or delete it"
        elif path.endswith(".h"):
            used = path in included
            what = "nobody includes it: delete it"
        elif path.endswith((".py", ".sh")):
            stem = re.compile(r"(?<!\w)" + re.escape(name.rsplit(".", 1)[0]) + r"(?!\w)")
            used = any(stem.search(s.text) for f, s in tree.items() if f != path)
            what = "nothing calls it or names it: delete it"
        if not used:
            yield path, ("unused", 1, 0, what)


# A path as a README names it; not the end of a longer one, such as build/release/tools/…
NAMED_PATH = re.compile(r"(?<![\w/.-])((?:" + "|".join(map(re.escape, ROOMS)) + r")/[\w./-]*\w)")


def check_readme(root, source):
    """What a README sends its reader to exists; `a/b*` and `a/b.{h,cc}` count when something begins with a/b."""
    for number, line in enumerate(source.lines, 1):
        for path in NAMED_PATH.findall(line):
            if not (root / path).exists() and not any((root / path).parent.glob((root / path).name + "*")):
                yield ("readme", number, 0, f"{path} does not exist: name what does")


def read_tree(root):
    tree = {}
    for room in ("README.md", *ROOMS):
        for file in [root / room] if room == "README.md" else sorted((root / room).rglob("*")):
            named = file.suffix in SUFFIXES or file.name in ("CMakeLists.txt", "dev", "run", "README.md")
            if file.is_file() and named and "__pycache__" not in file.parts:
                path = file.relative_to(root).as_posix()
                tree[path] = tidy_source.Source(path, file.read_text(errors="replace"))
    return tree


def read_allowed(root):
    """(rule, path) -> [limit, line number]; a limit of 0 allows every line of the file."""
    allowed = {}
    file = root / "tests" / "tidy_allowed.txt"
    for number, line in enumerate(file.read_text().splitlines() if file.exists() else [], 1):
        words = line.split("#")[0].split()
        if words:
            allowed[words[0], words[1]] = [int(words[2]) if len(words) > 2 else 0, number]
    return allowed


def check_tree(root):
    root = pathlib.Path(root)
    tree, allowed, found = read_tree(root), read_allowed(root), []
    for path, source in tree.items():
        if not path.endswith(".md"):
            for check in (check_size, check_lines, check_opening):
                found += [(path, problem) for problem in check(path, source)]
        else:
            found += [(path, problem) for problem in check_readme(root, source)]
    found += check_used(tree)

    problems, needed = [], {}
    for path, (rule, number, size, text) in found:
        entry = allowed.get((rule, path))
        if entry:
            needed[rule, path] = max(size, needed.get((rule, path), 0))
        if not entry or size > entry[0]:
            problems.append(f"{path}:{number}: [{rule}] {text}")
    for key, (limit, number) in allowed.items():
        where = f"tests/tidy_allowed.txt:{number}: [ratchet]"
        if key not in needed:
            problems.append(f"{where} {key[1]} no longer breaks `{key[0]}`: remove the line")
        elif needed[key] < limit:
            problems.append(f"{where} {key[1]} needs {needed[key]} only: lower the limit from {limit}")
    return problems, len(tree)


SPDX = "// SPDX-License-Identifier: Apache-2.0\n// SPDX-FileCopyrightText: The asld authors\n"
OPENING = "//\n// A header of twelve words or more says what it is for, who owns it, and which thread may call.\n"
BUILD = SPDX.replace("//", "#") + "asld_library(x SOURCES a.cc clock.cc x_test.cc)\n"
LONG = "void F(int a) {\n" + "  a++;\n" * 70 + "}\n"
PLANTED = [  # file, its text, what the only problem must name; None: fine as it is
    ("asl/a.cc", SPDX + LONG, "[function]"),
    ("asl/a.cc", SPDX + "class C {\n  C() : a_{1} {\n" + "  f();\n" * 70 + "  }\n};\n", "[function]"),
    ("asl/a.cc", SPDX + "int x;\n" * 600, "[file]"),
    ("asl/a.cc", SPDX + "auto t = std::chrono::system_clock::now();\n", "[clock]"),
    ("asl/a.cc", SPDX + "std::random_device d;\n", "[clock]"),
    ("tests/sim/a.cc", SPDX + "auto t = absl::Now();\n", "[clock]"),
    ("tools/a.cc", SPDX + "auto t = std::chrono::system_clock::now();\n", None),
    ("asl/x_test.cc", SPDX + "void F() { std::this_thread::sleep_for(x); }\n", "[sleep]"),
    ("asl/a.cc", SPDX + "// TO" "DO: later\n", "[marker]"),
    ("asl/a.cc", "int x;\n", "[spdx]"),
    ("asl/a.cc", SPDX + "int x;\n#include \"asl/h.h\"\n//FILE asl/h.h\n" + SPDX + "#pragma once\n", "[opening]"),
    ("asl/b.cc", SPDX + "int x;\n", "[unused]"),
    ("asl/h.h", SPDX + OPENING + "#pragma once\n", "[unused]"),
    ("tools/gone.py", SPDX.replace("//", "#"), "[unused]"),
    ("asl/a.cc", SPDX + "int x;\n//FILE tests/tidy_allowed.txt\nclock asl/a.cc  # gone since\n", "[ratchet]"),
    ("asl/a.cc", SPDX + LONG + "//FILE tests/tidy_allowed.txt\nfunction asl/a.cc 80  # too loose\n", "[ratchet]"),
    ("asl/a.cc", SPDX + LONG + "//FILE tests/tidy_allowed.txt\nfunction asl/a.cc 71  # not more than this\n", "[function]"),
    ("asl/a.cc", SPDX + LONG + "//FILE tests/tidy_allowed.txt\nfunction asl/a.cc 72  # as long as it is\n", None),
    ("asl/README.md", "Start at `asl/gone.cc`.\n", "[readme]"),
    ("asl/README.md", "Start at `asl/CMakeLists.txt`, build/asl/x, asl/CMake*.\n", None),
    ("engine/clock.cc", SPDX + "auto t = std::chrono::system_clock::now();\n", None),
    ("asl/a.cc", SPDX + "auto s = R\"(std::random_device { sleep)\";  // absl::Now() is elsewhere\n", None),
    ("asl/a.cc", SPDX + "namespace a {\n" + "int f() {\n  return 1;\n}\n" * 40 + "}\n", None),
]


def planted_files(path, text):
    """`//FILE NAME` in the text begins another file; every room has a build that names its sources."""
    parts = re.split(r"//FILE (\S+)\n", text)
    builds = {f"{room}/CMakeLists.txt": BUILD for room in ("asl", "engine", "tests", "tools")}
    return {**builds, path: parts[0], **dict(zip(parts[1::2], parts[2::2]))}


guard.main(check_tree, PLANTED, planted_files, fine="fine", what="problems")
