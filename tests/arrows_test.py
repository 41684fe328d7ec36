#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""Guards the arrows between the rooms: reads every #include (and every proto import) and fails on one that the
design does not allow, and on a heavy library header in one of our own headers. Prints file:line and what to do.

  arrows_test.py ROOT          checks the tree
  arrows_test.py --self-test   plants violations in a small tree and shows that each is found
"""
import pathlib
import re
import sys

sys.dont_write_bytecode = True  # leave nothing beside the source
import guard  # noqa: E402

ROOMS = ("asl", "storage", "workers", "engine", "proto", "tools", "tests")

# Which rooms a file may include from, besides its own. The longest matching folder decides.
ALLOWED = {
    "proto": (),
    "asl": (),
    "storage": (),
    "workers": ("proto", "aws"),
    # The AWS client knows nothing of tasks; of the worker client it uses the clock.
    "workers/aws": ("worker_client",),
    "engine": ("asl", "storage", "workers", "aws", "proto"),
    # Of workers/, tools may use only what a user's worker links and the AWS client: see TARGETS.
    "tools": ("asl", "proto", "worker_client", "aws"),
    "tools/bench": ("asl", "proto", "worker_client", "aws", "storage"),
    "tests": ("asl", "storage", "workers", "aws", "engine", "proto", "tools"),
}

# Targets of the room workers/ that count as rooms of their own: their headers are open to tools/.
TARGETS = {"worker_client": re.compile(r"^workers/(worker_client|client/)"), "aws": re.compile(r"^workers/aws/")}

# Generated from proto/asld/**.
GENERATED = re.compile(r"^asld/(v1|stored)/.*\.pb\.h$")

# Headers that cost a second or more of compile time, or tie a room to a library: in the rooms that others build on they
# belong in .cc files. Nothing builds on tools/ and tests/.
HEAVY = re.compile(r"^(grpc|grpcpp|boost|nlohmann(?!/json_fwd)|rocksdb|google/protobuf|curl|openssl)/")
LIGHT_ROOMS = ("asl", "storage", "workers", "engine")
# Headers that are included by a few .cc files only and never by another header; the check holds them to that.
PRIVATE_HEADERS = ("engine/row.h", "engine/grpc_convert.h", "workers/aws/http_transfer.h")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
IMPORT = re.compile(r'^\s*import\s+(?:public\s+)?"([^"]+)"')


def folder_rule(path):
    """The rooms that `path` (relative to the root) may include from."""
    best = ""
    for folder in ALLOWED:
        if path.startswith(folder + "/") and len(folder) > len(best):
            best = folder
    return ALLOWED[best]


def target_room(included):
    """The room that an #include'd path belongs to; None for a system header."""
    if GENERATED.match(included):
        return "proto"
    for target, headers in TARGETS.items():
        if headers.match(included):
            return target
    first = included.split("/")[0]
    return first if first in ROOMS else None


def check_include(path, quote, included):
    """One problem as text, or None. `path` is the including file, relative to the root."""
    own = "aws" if TARGETS["aws"].match(path) else path.split("/")[0]
    if path.endswith(".h") and path.split("/")[0] in LIGHT_ROOMS and path not in PRIVATE_HEADERS and (
            HEAVY.match(included) or GENERATED.match(included) or included in PRIVATE_HEADERS):
        return f"{included} in a header: forward-declare what you need and include it in the .cc"
    room = target_room(included)
    if room is None:
        if quote == '"' and "/" not in included:
            return f'"{included}": include from the root, as in "{own}/{included}"'
        return None
    if room == own or (room == "worker_client" and own == "workers") or room in folder_rule(path):
        return None
    if room == "worker_client" and "workers" in folder_rule(path):
        return None
    allowed = ", ".join(folder_rule(path)) or "no other room"
    return f"{own} -> {room} ({included}): {own} may include from {allowed}; move the code or pass the value in"


def check_file(root, file):
    path = file.relative_to(root).as_posix()
    problems = []
    for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1):
        problem = None
        if path.endswith(".proto"):
            match = IMPORT.match(line)
            if match and path.startswith("proto/asld/v1/") and match.group(1).startswith("asld/stored/"):
                problem = f"public protocol imports a stored format ({match.group(1)}): the two are never mixed"
        else:
            match = INCLUDE.match(line)
            if match:
                problem = check_include(path, match.group(1), match.group(2))
        if problem:
            problems.append(f"{path}:{number}: {problem}")
    return problems


def check_tree(root):
    root = pathlib.Path(root)
    problems, files = [], 0
    for room in ROOMS:
        for file in sorted((root / room).rglob("*")):
            if file.suffix in (".cc", ".h", ".proto"):
                files += 1
                problems += check_file(root, file)
    return problems, files


PLANTED = [  # file, its text, what the problem must name; None: allowed
    ("asl/a.cc", '#include "storage/batch.h"\n', "asl -> storage"),
    ("asl/b.cc", '#include "engine/command.h"\n', "asl -> engine"),
    ("storage/a.cc", '#include "asld/v1/workers.pb.h"\n', "storage -> proto"),
    ("workers/a.cc", '#include "engine/partition.h"\n', "workers -> engine"),
    ("engine/a.cc", '#include "tools/aslctl/print.h"\n', "engine -> tools"),
    ("tools/aslctl/a.cc", '#include "storage/store.h"\n', "tools -> storage"),
    ("tools/aslctl/b.cc", '#include "workers/pool.h"\n', "tools -> workers"),
    ("workers/aws/a.cc", '#include "workers/task.h"\n', "aws -> workers"),
    ("workers/aws/b.h", "#include <curl/curl.h>\n", "in a header"),
    ("engine/b.h", "#include <grpcpp/grpcpp.h>\n", "in a header"),
    ("asl/c.h", "#include <boost/json.hpp>\n", "in a header"),
    ("engine/c.h", '#include "asld/v1/workflows.grpc.pb.h"\n', "in a header"),
    ("engine/f.h", '#include "engine/row.h"\n', "in a header"),
    ("engine/d.cc", '#include "limits.h"\n', "include from the root"),
    ("proto/asld/v1/a.proto", 'import "asld/stored/v1/frame.proto";\n', "never mixed"),
    ("engine/e.cc", '#include "asl/advance.h"\n#include "storage/commit.h"\n#include <grpcpp/grpcpp.h>\n', None),
    ("tools/aslctl/c.h", "#include <grpcpp/grpcpp.h>\n", None),
    ("workers/b.cc", '#include "workers/aws/sigv4.h"\n', None),
    ("engine/g.cc", '#include "workers/aws/sigv4.h"\n', None),
    ("tools/aslctl/d.cc", '#include "workers/aws/sigv4.h"\n', None),
    ("tools/bench/a.cc", '#include "storage/rocks_store.h"\n', None),
    ("tools/bench/b.cc", '#include "workers/worker_client.h"\n', None),
    ("tests/sim/a.cc", '#include "engine/partition.h"\n#include "storage/memory_store.h"\n', None),
]


guard.main(check_tree, PLANTED, lambda path, text: {path: text}, fine="allowed", what="forbidden arrows")
