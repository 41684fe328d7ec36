# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""What the guards share, arrows_test.py and tidy_test.py: the check of the tree, or its self-test."""
import pathlib
import sys
import tempfile


def count_failures(planted, files_of, check_tree, fine):
    """Plants each (path, text, what the only problem must name; None: there must be none) in a tree of its own.

    files_of(path, text) gives all files of that tree; `fine` is the word for a plant that must pass."""
    failures = 0
    for path, text, expected in planted:
        with tempfile.TemporaryDirectory() as folder:
            for name, content in files_of(path, text).items():
                file = pathlib.Path(folder) / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(content)
            problems, _ = check_tree(folder)
            good = len(problems) == 1 and expected in problems[0] if expected else not problems
            failures += not good
            print("ok  " if good else "FAIL", path, expected or f"({fine})", "" if good else problems)
    return failures


def main(check_tree, planted, files_of, fine, what):
    """check_tree(root) answers with its problems, as texts, and the number of files read."""
    if sys.argv[1:] == ["--self-test"]:
        sys.exit(1 if count_failures(planted, files_of, check_tree, fine) else 0)
    problems, files = check_tree(sys.argv[1])
    print("\n".join(problems))
    print(f"{files} files read, {len(problems)} {what}")
    sys.exit(1 if problems or not files else 0)
