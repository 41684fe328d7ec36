# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""The programs that the benchmark compares: each runs once, on a fresh directory, and answers with raw figures."""

import json
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import time

START_SECONDS_MAX = 30
STOP_SECONDS_MAX = 30
TASKS = 10  # of one execution of chain10


class Failed(Exception):
    """A run that gave no figure; the text says why."""


def free_address():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return "127.0.0.1:%d" % probe.getsockname()[1]


def cpu_us(pid):
    """CPU time of a process, exact to its tick (10 ms)."""
    fields = pathlib.Path("/proc/%d/stat" % pid).read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1_000_000 // os.sysconf("SC_CLK_TCK")


class Server:
    """A server process: started, awaited, and ended by SIGTERM."""

    def __init__(self, argv, work, ready, env=None):
        self.argv = [str(a) for a in argv]
        self.log = work / "server.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(self.argv, stdout=log, stderr=log,
                                            env={**os.environ, **(env or {})})
        deadline = time.monotonic() + START_SECONDS_MAX
        while not ready(self):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise Failed("did not become ready: %s\n%s" % (" ".join(self.argv), self.text()))
            time.sleep(0.02)  # servers of many makes: none tells its parent that it is ready

    def text(self):
        return self.log.read_text(errors="replace")

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.text()


def listens(address):
    host, port = address.rsplit(":", 1)

    def check(_server):
        try:
            socket.create_connection((host, int(port)), 1).close()
            return True
        except OSError:
            return False

    return check


def run_program(argv):
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed("%s\n%s%s" % (" ".join(map(str, argv)), done.stdout, done.stderr))
    return done.stdout


class Sides:
    """Knows where the programs are, and a directory on the disk to measure."""

    def __init__(self, build, ceilings, scratch):
        self.asld = build / "engine" / "asld"
        self.load = build / "tools" / "bench" / "asld_bench"
        self.on_lambda = build / "tools" / "bench" / "asld_lambda_bench"
        self.doors_load = build / "tools" / "bench" / "asld_api_bench"
        self.committer = build / "tools" / "bench" / "asld_committer_bench"
        self.range_scan = build / "tools" / "bench" / "asld_range_scan"
        self.ceilings = ceilings  # None: not built
        self.scratch = scratch
        self.shown = set()
        self.shim = None if ceilings is None else self.build_shim()

    def build_shim(self):
        shim = self.ceilings / "count_syncs.so"
        source = pathlib.Path(__file__).parent / "count_syncs.c"
        run_program(["cc", "-O2", "-shared", "-fPIC", "-o", shim, source])
        return shim

    def show(self, side, flags):
        """The flags of a side, once: they belong to its figures."""
        line = "# %s %s" % (side, " ".join(map(str, flags)))
        if line not in self.shown:
            self.shown.add(line)
            print(line, flush=True)

    def fresh(self, name):
        work = self.scratch / name
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        return work

    def with_asld(self, load_args, flags=(), pid_flag=False):
        """Runs one load against a new asld; the load's JSON, with the server's CPU time and commit counters."""
        work = self.fresh("asld")
        address = free_address()
        self.show("asld", ["--data-dir", "DIR", "--grpc-address", "ADDRESS", *flags])
        server = Server([self.asld, "--data-dir", work / "data", "--grpc-address", address,
                         "--http-address", "off", *flags],
                        work, lambda s: "ready" in s.text())
        try:
            pid = server.process.pid
            before = cpu_us(pid)
            argv = [self.load, "--address", address, *load_args]
            figures = json.loads(run_program(argv + (["--pid", pid] if pid_flag else [])))
            figures["server_cpu_us"] = cpu_us(pid) - before
        except Failed as failed:
            raise Failed("%s\nasld said: %s" % (failed, server.stop()[-2000:])) from None
        finally:
            text = server.stop()
        counters = re.findall(r"commits: (.*)", text)
        if not counters:
            raise Failed("asld printed no line of commit counters when it stopped:\n" + text[-2000:])
        for key, value in re.findall(r"(\w+)=(\d+)", counters[-1]):
            figures["commit_" + key] = int(value)
        shutil.rmtree(work)
        return figures

    def chain(self, open_, seconds, flags=(), watch="none"):
        figures = self.with_asld(["chain", "--open", open_, "--seconds", seconds, "--watch", watch], flags)
        figures["server_cpu_us_per_step"] = figures["server_cpu_us"] / (TASKS * figures["executions"])
        figures["transitions_per_sync"] = figures["commit_transitions"] / max(1, figures["commit_syncs"])
        return figures

    def lambda_endpoint(self):
        """One that answers at once, and its URL."""
        server = Server([self.on_lambda, "endpoint"], self.fresh("endpoint"), lambda s: "listening" in s.text())
        return server, "http://127.0.0.1:%s" % re.search(r"port (\d+)", server.text())[1]

    def lambda_calls(self, open_, seconds):
        """The AWS client alone."""
        server, url = self.lambda_endpoint()
        try:
            return json.loads(run_program([self.on_lambda, "calls", "--endpoint", url, "--open", open_,
                                           "--seconds", seconds]))
        finally:
            server.stop()

    def lambda_chain(self, open_, seconds):
        """Executions of ten Tasks each, which asld calls there."""
        server, url = self.lambda_endpoint()
        work, address = self.fresh("asld"), free_address()
        config = work / "asld.yaml"
        config.write_text("routes: [{match: '*', to: lambda, endpoint: '%s', concurrency: %d}]\n" % (url, open_))
        self.show("asld", ["--data-dir", "DIR", "--grpc-address", "ADDRESS", "--config", config.read_text().strip()])
        asld = Server([self.asld, "--data-dir", work / "data", "--grpc-address", address, "--http-address", "off",
                       "--config", config], work, lambda s: "ready" in s.text(),
                      {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench"})
        try:
            before = cpu_us(asld.process.pid)
            figures = json.loads(run_program([self.on_lambda, "chain", "--address", address, "--open", open_,
                                              "--seconds", seconds]))
            steps = figures["steps_per_s"] * figures["seconds"]
            figures["server_cpu_us_per_step"] = (cpu_us(asld.process.pid) - before) / steps
            return figures
        finally:
            asld.stop()
            server.stop()

    def doors(self, open_, seconds):
        """Calls per second through HTTP and gRPC; as many are let in over AWS's API as the load keeps under way."""
        work = self.fresh("asld")
        grpc, http = free_address(), free_address()
        flags = ["--aws-calls", open_]
        self.show("asld", ["--data-dir", "DIR", "--grpc-address", "ADDRESS", "--http-address", "ADDRESS", *flags])
        server = Server([self.asld, "--data-dir", work / "data", "--grpc-address", grpc, "--http-address", http, *flags],
                        work, lambda s: "ready" in s.text())
        try:
            return json.loads(run_program([self.doors_load, "--http", http.rsplit(":", 1)[1], "--grpc", grpc,
                                           "--pid", server.process.pid, "--open", open_, "--seconds", seconds]))
        finally:
            server.stop()
            shutil.rmtree(work)

    def bytes_stored(self, executions, result_path):
        return self.with_asld(["chain", "--open", 16, "--seconds", 600, "--executions", executions,
                               "--input-bytes", 10240, "--result-bytes", 100,
                               "--result-path", result_path])

    def event_cost(self):
        return self.with_asld(["event-cost"], pid_flag=True)

    def skeleton(self, open_, seconds):
        """Five records of 300 bytes per transition, pipelined sync: `puts=5 bytes=300 sync=2`."""
        work = self.fresh("skeleton")
        address = free_address()
        self.show("skeleton_server", ["ADDRESS", "DIR", "puts=5", "bytes=300", "sync=2"])
        count = work / "syncs"
        count.write_bytes(bytes(8))
        server = Server([self.ceilings / "skeleton_server", address, work / "data", 5, 300, 2], work,
                        listens(address),
                        {"LD_PRELOAD": str(self.shim), "ASLD_SYNC_COUNT": str(count)})
        try:
            before = cpu_us(server.process.pid)
            out = run_program([self.ceilings / "skeleton_client", address, open_, seconds])
            used = cpu_us(server.process.pid) - before
        finally:
            server.stop()
        syncs = struct.unpack("=Q", count.read_bytes())[0]
        shutil.rmtree(work)
        found = re.search(r"steps/s=(\d+) start p50=(\d+)us p99=(\d+)us \| step round trip p50=(\d+)us "
                          r"p99=(\d+)us \| client cpu us/wf=([\d.]+) .* n=(\d+)", out)
        if found is None:
            raise Failed("skeleton_client printed something else: " + out)
        rate, start50, start99, step50, step99, client, workflows = map(float, found.groups())
        return {"open": open_, "steps_per_s": rate, "step_p50_us": step50, "step_p99_us": step99,
                "start_p50_us": start50, "start_p99_us": start99,
                "client_cpu_us_per_step": client / TASKS,
                "server_cpu_us_per_step": used / (TASKS * workflows),
                "transitions_per_sync": workflows * (TASKS + 1) / max(1, syncs)}

    def commits(self, open_, seconds):
        """The ceiling where the skeleton is absent: raw commits of what one transition of it writes."""
        work = self.fresh("commits")
        self.show("asld_committer_bench", ["DIR", "puts=5", "bytes=300"])
        out = run_program([self.committer, work / "data", 5, 300, seconds, open_])
        shutil.rmtree(work)
        found = re.search(r"puts/s=(\d+) p50=(\d+)us p99=(\d+)us cpu_us/put=([\d.]+) .*batches/sync=([\d.]+)", out)
        if found is None:
            raise Failed("asld_committer_bench printed something else: " + out)
        puts, p50, p99, cpu, batches = map(float, found.groups())
        return {"open": open_, "steps_per_s": puts / 5, "step_p50_us": p50, "step_p99_us": p99,
                "cpu_us_per_step": 5 * cpu, "transitions_per_sync": batches}
