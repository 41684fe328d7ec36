# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""Servers of SQS that are not ours, each on a free port of this machine alone: moto (PyPI), fauxqs (npm), ElasticMQ
(Maven Central). `tools/dev setup` brings them into build/clients."""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import threading
import time

CLIENTS = pathlib.Path(__file__).resolve().parents[2] / "build" / "clients"
PYTHON = CLIENTS / "bin" / "python"
REGION = "us-east-1"
KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
START_S = 60

FAUXQS = """
import { buildApp } from "fauxqs";
await buildApp({ logger: false, host: "127.0.0.1" }).listen({ port: %d, host: "127.0.0.1" });
"""
ELASTICMQ = """
include classpath("application.conf")
rest-sqs { bind-hostname = "127.0.0.1", bind-port = %d, sqs-limits = relaxed }
rest-stats { enabled = false }
"""


def use_clients_python(test):
    """Runs the script again in the Python of build/clients; ends it when there is none."""
    if pathlib.Path(sys.prefix) == CLIENTS:
        return
    if not PYTHON.exists():
        skip(test, "the AWS clients and moto of PyPI")
    os.execv(PYTHON, [str(PYTHON), *sys.argv])


def skip(test, what):
    print(f"{test} needs {what} in build/clients: run `tools/dev setup`", flush=True)
    sys.exit(1 if os.environ.get("CI") == "true" else 77)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def missing(kind):
    """What of a server is not there; empty: nothing."""
    if kind == "fauxqs" and not (shutil.which("node") and (CLIENTS / "node/node_modules/fauxqs").exists()):
        return "fauxqs of npm"
    if kind == "elasticmq" and not (shutil.which("java") and any((CLIENTS / "jars").glob("elasticmq-server_*.jar"))):
        return "ElasticMQ of Maven Central"
    if kind == "moto" and not (CLIENTS / "bin/moto_server").exists():
        return "moto of PyPI"
    return ""


class SqsServer:
    def __init__(self, kind, folder):
        self.kind = kind
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        folder = pathlib.Path(folder)
        cwd = folder
        if kind == "moto":
            command = [CLIENTS / "bin/moto_server", "-H", "127.0.0.1", "-p", str(self.port)]
        elif kind == "fauxqs":
            cwd = CLIENTS / "node"
            command = ["node", "--input-type=module", "-e", FAUXQS % self.port]
        else:
            config = folder / "elasticmq.conf"
            config.write_text(ELASTICMQ % self.port)
            command = ["java", f"-Dconfig.file={config}", "-cp", f"{CLIENTS}/jars/*", "org.elasticmq.server.Main"]
        with open(folder / f"{kind}.log", "wb") as log:
            self.process = subprocess.Popen([str(part) for part in command], cwd=cwd, stdout=log, stderr=log)
        limit = time.monotonic() + START_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > limit:
                    self.stop()
                    raise RuntimeError(f"{kind} did not start: {(folder / f'{kind}.log').read_text()[-500:]}") from None
                threading.Event().wait(0.05)

    def stop(self):
        self.process.kill()
        self.process.wait()
