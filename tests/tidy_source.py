# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""A source file as tidy_test.py reads it: its lines, its lines without comments and string contents, and its functions
with their lengths. C++ is scanned character by character, not parsed: good enough to find bodies and to count."""
import ast
import re

# A comment, a raw string, a string or a character. Digit separators (1'000) are no characters.
CPP_SKIP = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'',
    re.DOTALL)
PY_SKIP = re.compile(r'""".*?"""|#[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
NOT_A_FUNCTION = re.compile(r"^\s*(namespace|class|struct|enum|union|extern)\b")


def blank(match):
    """The same number of lines and columns, nothing in them."""
    return re.sub(r"[^\n]", " ", match.group(0))


class Source:
    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.lines = text.splitlines()
        skip = CPP_SKIP if path.endswith((".cc", ".h")) else PY_SKIP if path.endswith(".py") else None
        self.code = skip.sub(blank, text) if skip else text

    def code_lines(self):
        return self.code.splitlines()

    def functions(self):
        """(first line, name, number of lines) of each outermost function."""
        if self.path.endswith(".py"):
            return self._python_functions()
        if self.path.endswith((".cc", ".h")):
            return self._cpp_functions()
        return []

    def _python_functions(self):
        found = []
        try:
            tree = ast.parse(self.text)
        except SyntaxError as error:
            raise SystemExit(f"{self.path}:{error.lineno}: {error.msg}")
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                found.append((node.lineno, node.name, node.end_lineno - node.lineno + 1))
        return found

    def _cpp_functions(self):
        # A `{` opens a function when what stands before it, since the last `;`, `{` or `}`, has a parameter list and is
        # no type or namespace. Inside one, only depth is counted, so lambdas and blocks belong to it.
        code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", blank, self.code, flags=re.MULTILINE)
        found, start, depth, opened = [], 0, 0, None
        for match in re.finditer(r"[;{}]", code):
            at, sign = match.start(), match.group(0)
            if opened is not None:
                depth += (sign == "{") - (sign == "}")
                # After `a_{1}` of a constructor's list the body is still to come.
                if depth == 0 and sign == "}" and not re.match(r"\s*[,{]", code[at + 1:]):
                    first, head = opened
                    name = re.search(r"([\w:~]+)\s*\(", head)
                    found.append((first, name.group(1) if name else "function",
                                  code.count("\n", 0, at) + 2 - first))
                    opened = None
            elif sign == "{":
                head = code[start:at]
                if ")" in head and not NOT_A_FUNCTION.match(head):
                    body = start + len(head) - len(head.lstrip())
                    opened, depth = (code.count("\n", 0, body) + 1, head), 1
            start = at + 1
        return found
