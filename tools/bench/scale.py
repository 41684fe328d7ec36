# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""The benchmarks of what grows: many sleeping executions, a start after a kill, cold reads, large Maps and lists."""

import json
import os
import pathlib
import random
import re
import shutil
import statistics
import subprocess
import time

from sides import TASKS, Failed, Server, cpu_us, free_address, run_program

SLEEPERS = 100_000
MANY = 1_000_000
FEW = 1_000
WAKES_PER_SECOND = 1_000
FILL_SECONDS_MAX = 45  # of SLEEPERS, with the restart: they begin to wake this long after they were asked for
QUIET_SECONDS = 6  # before a kill: all sleep, or wait for workers, and nothing else goes on
LONG_EVENTS = 5_000
LONG_EXECUTIONS = 20
PAGE_EVENTS = 100
PAGE_RESTARTS = 5  # a round
LOG_BYTES = 128 << 20
RECOVER_ROW_BYTES = 400
CEILING_ROW_BYTES = 300  # of each record that the skeleton writes
MEMORY_FLAGS = ["--cache-bytes", "64MiB"]
ARN = "arn:aws:states:us-east-1:123456789012:execution:%s:%s-%d"
MAP_BODIES = ("task", "selector", "pass")


def drop_from_page_cache(directory):
    for path in pathlib.Path(directory).rglob("*"):
        if path.is_file():
            file = os.open(path, os.O_RDONLY)
            os.fdatasync(file)  # pages that are not on disk stay
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(file)


def link_copy(source, target):
    """A copy of a store: tables are never written again, so they are linked."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, copy_function=lambda a, b: (os.link if a.endswith(".sst") else shutil.copy2)(a, b))


class Engine:
    """An asld on a data directory that may hold something."""

    def __init__(self, sides, data, flags=(), wait=True):
        self.sides = sides
        self.data = data
        self.address = free_address()
        data.parent.mkdir(parents=True, exist_ok=True)
        sides.show("asld", ["--data-dir", "DIR", "--grpc-address", "ADDRESS", *flags])
        self.started = time.monotonic()
        self.server = Server([sides.asld, "--data-dir", data, "--grpc-address", self.address,
                              "--http-address", "off", *flags], data.parent,
                             lambda s: not wait or "ready" in s.text())
        self.pid = self.server.process.pid

    def load(self, *args):
        try:
            return json.loads(run_program([self.sides.load, "--address", self.address, *args]))
        except Failed as failed:
            raise Failed("%s\nasld said: %s" % (failed, self.server.text()[-2000:])) from None

    def hold_sent(self, count):
        """The process whose workers hold the tasks of so many executions."""
        argv = [self.sides.load, "--address", self.address, "sent", "--count", count]
        holder = subprocess.Popen([str(a) for a in argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True)
        line = holder.stdout.readline()
        if not line:
            holder.wait()
            raise Failed("the workers did not receive every task: " + self.server.text()[-2000:])
        print("sent: " + line.strip(), flush=True)
        return holder

    def rss_bytes(self):
        text = pathlib.Path("/proc/%d/status" % self.pid).read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", text).group(1)) * 1024

    def kill(self):
        self.server.process.kill()
        self.server.process.wait()

    def stop(self):
        self.server.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.server.process.poll() is None:
            self.stop()


class Scale:
    def __init__(self, sides, args, report, raw):
        self.sides, self.args, self.report, self.raw = sides, args, report, raw
        self.stores = args.keep if args.keep else sides.scratch / "stores"

    def run(self):
        for name in NAMES:
            if name in self.args.names:
                getattr(self, name)()

    def chain(self, engine, seconds=None):
        before = cpu_us(engine.pid)
        figures = engine.load("chain", "--open", 256, "--seconds", seconds or self.args.seconds)
        figures["server_cpu_us_per_step"] = (cpu_us(engine.pid) - before) / (TASKS * figures["executions"])
        return figures

    # Throughput beside sleepers.

    def sleepers(self):
        sides = {"none": self.chain_alone, "asleep": self.chain_beside_sleepers, "waking": self.chain_beside_waking}
        rates = {side: [] for side in sides}
        for round_ in range(self.args.rounds):
            for side, run in sides.items():
                figures = run()
                self.raw(side, round_, figures)
                rates[side].append(figures["steps_per_s"])
        for side in sides:
            self.report.figure("sleepers.%s" % side, statistics.median(rates[side]), "steps/s")
        for side, target in (("asleep", 0.9), ("waking", 0.8)):
            self.report.figure("sleepers.%s_vs_none" % side,
                               statistics.median(a / b for a, b in zip(rates[side], rates["none"])),
                               "ratio", at_least=target)

    def chain_alone(self):
        with Engine(self.sides, self.sides.fresh("sleepers") / "data") as engine:
            return self.chain(engine)

    def chain_beside_sleepers(self):
        data = self.sides.fresh("sleepers") / "data"
        with Engine(self.sides, data) as engine:
            engine.load("sleepers", "--count", SLEEPERS)
        with Engine(self.sides, data) as engine:
            return self.chain(engine)

    def chain_beside_waking(self):
        data = self.sides.fresh("sleepers") / "data"
        wake_at = time.time() + FILL_SECONDS_MAX
        with Engine(self.sides, data) as engine:
            engine.load("sleepers", "--count", SLEEPERS, "--wake-at", wake_at,
                        "--wakes-per-second", WAKES_PER_SECOND)
        drop_from_page_cache(data)
        with Engine(self.sides, data) as engine:
            drop_from_page_cache(data)
            if time.time() > wake_at:
                raise Failed("filling and restarting took more than %d s" % FILL_SECONDS_MAX)
            time.sleep(wake_at - time.time())
            figures = self.chain(engine)
            woken = engine.load("count", "--machine", "bench-sleep", "--status", "SUCCEEDED")["executions"]
            awake = time.time() - wake_at
        figures["woken_vs_due"] = woken / (WAKES_PER_SECOND * awake)
        return figures

    # A million sleepers: memory, lists, a start after a kill.

    def many(self):
        """The store of MANY sleepers and FEW others, left by SIGKILL; made when it is not kept."""
        work = self.stores / "many"
        if not (work / "whole").exists():
            shutil.rmtree(work, ignore_errors=True)
            with Engine(self.sides, work / "data", MEMORY_FLAGS) as engine:
                print("many: %s" % engine.load("sleepers", "--count", SLEEPERS), flush=True)
                self.chain(engine, 20)  # fills the caches and the buffers
                before = engine.rss_bytes()
                print("many: %s" % engine.load("sleepers", "--first", SLEEPERS, "--count", MANY - SLEEPERS), flush=True)
                after = engine.rss_bytes()
                engine.load("sleepers", "--machine", "bench-few", "--count", FEW)
                time.sleep(QUIET_SECONDS)
                engine.kill()
            (work / "whole").write_text(json.dumps({"rss_before": before, "rss_after": after}))
        return work

    def memory(self):
        figures = json.loads((self.many() / "whole").read_text())
        self.raw("asld", 0, figures)
        self.report.figure("memory.per_sleeper",
                           (figures["rss_after"] - figures["rss_before"]) / (MANY - SLEEPERS),
                           "bytes", at_most=1024)

    def list(self):
        data = self.sides.fresh("list") / "data"
        link_copy(self.many() / "data", data)
        with Engine(self.sides, data) as engine:
            for name, filter_ in (("first_page", []), ("running", ["--status", "RUNNING"])):
                many, few = [], []
                for round_ in range(self.args.rounds):
                    figures = engine.load("list", "--machine", "bench-sleep", "--machine", "bench-few", *filter_)
                    self.raw("asld", round_, figures)
                    many.append(figures["p50_us"][0])
                    few.append(figures["p50_us"][1])
                self.report.figure("list.%s_among_%d" % (name, MANY), statistics.median(many), "us")
                self.report.figure("list.%s_among_%d" % (name, FEW), statistics.median(few), "us")
                self.report.figure("list.%s_vs_few" % name,
                                   statistics.median(a / b for a, b in zip(many, few)), "ratio", at_most=1.5)
        shutil.rmtree(data.parent)

    def sent(self):
        """The store of MANY tasks that workers held when SIGKILL came."""
        work = self.stores / "sent"
        if not (work / "whole").exists():
            shutil.rmtree(work, ignore_errors=True)
            with Engine(self.sides, work / "data") as engine:
                engine.load("sleepers", "--count", 1)  # creates the state machine
                holder = engine.hold_sent(MANY)
                time.sleep(QUIET_SECONDS)
                engine.kill()
                holder.stdin.close()
                holder.wait()
            (work / "whole").write_text("{}")
        return work

    def recover(self):
        """R: what opening such a store costs at least."""
        if self.sides.ceilings is None:
            raise Failed("restart needs rocksdb_recover of the ceilings")
        program = self.sides.ceilings / "rocksdb_recover"
        seconds = []
        for rows, flushed in ((MANY, 1), (LOG_BYTES // (RECOVER_ROW_BYTES + 16), 0)):
            out = run_program([program, self.sides.fresh("recover") / "db", rows, RECOVER_ROW_BYTES, flushed])
            found = re.search(r"open=([\d.]+)s .*total=([\d.]+)s", out)
            seconds.append(float(found.group(2 if flushed else 1)))
        return {"tables_s": seconds[0], "log_s": seconds[1], "total_s": sum(seconds)}

    def restart(self):
        stores = {"asleep": (self.many(), "bench-sleep", 0.5), "sent": (self.sent(), "bench-sent", 2)}
        floor, seconds = [], {what: [] for what in stores}
        for round_ in range(self.args.rounds):
            figures = self.recover()
            self.raw("recover", round_, figures)
            floor.append(figures["total_s"])
            for what, (store, machine, _) in stores.items():
                data = self.sides.fresh("restart") / "data"
                link_copy(store / "data", data)
                log_mib = sum(path.stat().st_size for path in data.glob("*.log")) / 2**20
                with Engine(self.sides, data, wait=False) as engine:
                    number = random.randrange(MANY)
                    answers = engine.load("first-answer", "--arn", ARN % (machine, machine, number))
                    figures = {key: value - engine.started for key, value in answers.items()}
                    figures["rss_mib"] = engine.rss_bytes() / 2**20
                    figures["log_mib"] = log_mib
                    engine.kill()
                self.raw(what, round_, figures)
                seconds[what].append(figures["started"])
        self.report.figure("restart.R", statistics.median(floor), "s")
        for what, (_, _, target) in stores.items():
            self.report.figure("restart.%s" % what, statistics.median(seconds[what]), "s")
            self.report.figure("restart.%s_vs_R" % what,
                               statistics.median(a / b for a, b in zip(seconds[what], floor)), "ratio", at_most=target)

    # Histories read from the disk.

    def histories(self):
        """The store of SLEEPERS open executions, some with long histories; stopped in order."""
        work = self.stores / "histories"
        if not (work / "whole").exists():
            shutil.rmtree(work, ignore_errors=True)
            with Engine(self.sides, work / "data") as engine:
                engine.load("sleepers", "--count", SLEEPERS // 2)
                engine.load("long", "--count", LONG_EXECUTIONS, "--events", LONG_EVENTS)
                engine.load("sleepers", "--first", SLEEPERS // 2, "--count", SLEEPERS // 2)
            (work / "whole").write_text("{}")
        return work

    def pages(self):
        work = self.histories()
        copy = self.sides.fresh("measured") / "data"
        link_copy(work / "data", copy)
        store = run_program([self.sides.range_scan, "measure", copy]).strip()
        shutil.rmtree(copy.parent)
        print("# rows of its histories: " + store)
        all_rows, rows, bytes_ = map(int, re.findall(r"=(\d+)", store))
        # A row per event: the engine's rows hold several, which is its own affair. `bare`: of the size that the
        # ceilings' records have; `packed`: of as many bytes as the engine needs for an event.
        bare_args = [round(all_rows * LONG_EVENTS / rows), LONG_EVENTS]
        bare_sides = {side: self.sides.fresh(side) / "db" for side in ("bare", "packed")}
        run_program([self.sides.range_scan, "build", bare_sides["bare"], *bare_args, CEILING_ROW_BYTES])
        run_program([self.sides.range_scan, "build", bare_sides["packed"], *bare_args, bytes_ // LONG_EVENTS])
        reads = {"page": (PAGE_EVENTS, 100), "all": (LONG_EVENTS, 1000)}
        samples = {(side, what): [] for side in (*bare_sides, "asld") for what in reads}
        for _ in range(self.args.rounds * PAGE_RESTARTS):
            for what, (events, page) in reads.items():
                for side, db in bare_sides.items():
                    drop_from_page_cache(db)
                    out = run_program([self.sides.range_scan, "scan", db, *bare_args, events])
                    samples[side, what].append(float(re.search(r" us=([\d.]+)", out).group(1)))
                drop_from_page_cache(work / "data")
                with Engine(self.sides, work / "data") as engine:
                    arn = ARN % ("bench-long", "bench-long", random.randrange(LONG_EXECUTIONS))
                    figures = engine.load("cold-history", "--arn", arn, "--events", events, "--page", page,
                                          "--drop", work / "data")
                samples["asld", what].append(figures["us"])
        for (side, what), us in samples.items():
            self.raw(side, 0, {"read": what, "us": " ".join("%.0f" % u for u in us)})
        for what in reads:
            median = {side: statistics.median(samples[side, what]) for side in (*bare_sides, "asld")}
            for side, us in median.items():
                self.report.figure("pages.%s_%s" % (what, side), us, "us")
            self.report.figure("pages.%s_vs_packed" % what, median["asld"] / median["packed"], "ratio")
            self.report.figure("pages.%s_vs_bare" % what, median["asld"] / median["bare"], "ratio", at_most=3)

    # Maps.

    def map(self):
        for body in MAP_BODIES:
            small, large = [], []
            for round_ in range(self.args.rounds):
                with Engine(self.sides, self.sides.fresh("map") / "data") as engine:
                    figures = engine.load("map-cost", "--pid", engine.pid, "--body", body)
                self.raw(body, round_, figures)
                small.append(figures["small_us"])
                large.append(figures["large_us"])
            self.report.figure("map.%s_10" % body, statistics.median(small), "us CPU")
            self.report.figure("map.%s_%d" % (body, figures["items"]), statistics.median(large), "us CPU")
            self.report.figure("map.%s_vs_10" % body, statistics.median(a / b for a, b in zip(large, small)),
                               "ratio", at_most=1.2)


# In the order in which they run; those of LARGE only when they are named, for they make a million executions.
NAMES = ["map", "sleepers", "pages", "memory", "list", "restart"]
LARGE = ["memory", "list", "restart"]
