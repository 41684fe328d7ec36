# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""A program that executes Tasks for asld, in Python.

    import asld_worker

    worker = asld_worker.Worker("127.0.0.1:8084")

    @worker.function("charge")
    def charge(task):
        if task.input["amount"] > 1000:
            raise asld_worker.Failure("CardDeclined", "over the limit")
        return {"charged": task.input["amount"]}

    worker.run()

A function gets a Task and returns anything that json.dumps takes. An exception fails the task: Failure with the names
it was given; any other as AWS Lambda reports it, with the class as error name. Functions run on threads, `slots` at once.

What it promises while the process lives, whatever happens to the engine or the network (as the C++ library does):
  - a function runs at most once per token;
  - a result is kept, and sent again on every new connection, until the engine acknowledges it;
  - on every new connection the engine is first told which tasks are held, so none is sent elsewhere meanwhile;
  - a task that asks for heartbeats gets them for as long as its function runs.

Needs python3-grpcio and python3-protobuf, and the modules made from proto/asld/v1/workers.proto beside this file (the
build puts both into workers/python of the build folder).
"""
import collections
import json
import random
import signal
import sys
import threading
import time
import traceback
import uuid

import grpc

from asld.v1 import workers_pb2 as pb
from asld.v1 import workers_pb2_grpc

MESSAGE_BYTES_MAX = 1 << 20  # the engine refuses more than 4 MiB, and one answer may add 256 KiB to this
OVER_MAX = 100_000           # tokens that are over and remembered all the same
BACKOFF_MIN_S, BACKOFF_MAX_S = 0.1, 5.0
CHANNEL_OPTIONS = (("grpc.keepalive_time_ms", 10_000), ("grpc.keepalive_timeout_ms", 5_000),
                   ("grpc.http2.max_pings_without_data", 0), ("grpc.initial_reconnect_backoff_ms", 100),
                   ("grpc.min_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 5_000))
# Refusals that the next attempt would meet again.
FINAL = (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.UNAUTHENTICATED,
         grpc.StatusCode.PERMISSION_DENIED)


class Failure(Exception):
    """Fails the task with this error name, which Retry and Catch match, and this cause for people."""

    def __init__(self, error, cause=""):
        super().__init__(f"{error}: {cause}")
        self.error, self.cause = error, cause


class Task:
    """What a function gets. `input` is the parsed JSON, `text` the JSON as it came."""

    def __init__(self, message):
        self.token = message.token
        self.function, self.activity, self.qualifier = message.function, message.activity, message.qualifier
        self.text = message.input.decode()
        self.attempt, self.timeout_s, self.heartbeat_s = message.attempt, message.timeout_s, message.heartbeat_s
        self.execution_arn, self.state_name = message.execution_arn, message.state_name
        # The same for every delivery of this attempt and for no other: hand it on to make effects idempotent.
        self.idempotency_key = message.idempotency_key
        self._stop = threading.Event()

    @property
    def input(self):
        return json.loads(self.text)

    def withdrawn(self, wait_s=0):
        """True once nobody wants the result any more; waits that long for it. The function should return soon then."""
        return self._stop.wait(wait_s) if wait_s else self._stop.is_set()


class _Entry:
    def __init__(self, task):
        self.task, self.phase, self.result, self.next_heartbeat = task, "waiting", None, None


class _Ledger:
    """What this process owes the engine: every task from its arrival until its result is acknowledged."""

    def __init__(self):
        self._lock = threading.Condition()
        self._entries = {}              # token -> _Entry
        self._waiting = collections.deque()
        self._outbox = collections.deque()
        self._over = collections.OrderedDict()
        self._stream = None             # the open one; an older one's generator ends by itself
        self._draining = self._said_draining = False
        self._drained = False           # the engine's answer on the open stream: no task will come
        self._abandoned = None          # what was held then

    def open(self, stream, hello):
        """Completes the first message of a stream."""
        with self._lock:
            self._stream, self._drained = stream, False
            self._outbox.clear()
            size = 0
            for token, entry in self._entries.items():
                if entry.task.withdrawn():
                    continue
                held = hello.held.add(token=token)
                if entry.phase == "running":
                    self._outbox.append(pb.Answer(token=token, received=pb.Received()))
                elif entry.phase == "finished":
                    size += entry.result.ByteSize()
                    if size <= MESSAGE_BYTES_MAX:
                        held.finished.CopyFrom(entry.result)
                    else:
                        self._outbox.append(entry.result)
            self._said_draining = self._draining
            return pb.WorkerMessage(hello=hello, draining=self._draining)

    def close(self):
        with self._lock:
            self._stream = None
            self._lock.notify_all()

    def messages(self, stream):
        """What is to be said on this stream, until it ends or the engine has drained it and nothing is held."""
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._stream is not stream or self._free() or self._outbox
                                    or self._draining != self._said_draining)
                if self._stream is not stream or self._free():
                    return
                message = pb.WorkerMessage(draining=self._draining and not self._said_draining)
                self._said_draining = self._draining
                size = 0
                while self._outbox and (not size or size + self._outbox[0].ByteSize() <= MESSAGE_BYTES_MAX):
                    size += self._outbox[0].ByteSize()
                    message.answers.append(self._outbox.popleft())
            yield message

    def hear(self, message):
        with self._lock:
            if self._abandoned is not None:
                return
            for task in message.tasks:
                entry = self._entries.get(task.token)
                if entry is None and task.token not in self._over:
                    self._entries[task.token] = _Entry(Task(task))
                    self._waiting.append(task.token)
                elif entry is not None and entry.phase == "finished":
                    self._outbox.append(entry.result)
            for ack in message.acknowledgements:
                entry = self._entries.get(ack.token)
                if entry is not None and entry.phase == "finished":
                    self._forget(ack.token)
                elif ack.outcome != pb.Acknowledgement.ACCEPTED:
                    self._withdraw(ack.token)
            for token in message.withdrawn:
                self._withdraw(token)
            self._drained = self._drained or message.drained
            self._lock.notify_all()

    def _forget(self, token):
        del self._entries[token]
        self._over[token] = True
        if len(self._over) > OVER_MAX:
            self._over.popitem(last=False)

    def _withdraw(self, token):
        entry = self._entries.get(token)
        if entry is not None:
            entry.task._stop.set()
            if entry.phase != "running":
                self._forget(token)

    def begin(self):
        """The next task, now begun; None at the end."""
        with self._lock:
            while True:
                self._lock.wait_for(lambda: self._abandoned is not None or self._waiting)
                if self._abandoned is not None:
                    return None
                entry = self._entries.get(self._waiting.popleft())
                if entry is None:
                    continue
                entry.phase = "running"
                if entry.task.heartbeat_s:
                    entry.next_heartbeat = time.monotonic() + entry.task.heartbeat_s / 3
                self._say(pb.Answer(token=entry.task.token, received=pb.Received()))
                return entry.task

    def finish(self, token, result):
        with self._lock:
            entry = self._entries[token]
            if entry.task.withdrawn():
                self._forget(token)
                self._lock.notify_all()
            else:
                entry.phase, entry.result = "finished", result
                self._say(result)

    def _say(self, answer):
        self._outbox.append(answer)
        self._lock.notify_all()

    def keep_beating(self):
        """A task that asks for a heartbeat every N seconds gets it three times as often: one may be late."""
        with self._lock:
            while self._abandoned is None:
                now = time.monotonic()
                beating = [e for e in self._entries.values()
                           if e.phase == "running" and e.next_heartbeat and not e.task.withdrawn()]
                for entry in beating:
                    if entry.next_heartbeat <= now:
                        entry.next_heartbeat = now + entry.task.heartbeat_s / 3
                        if self._stream is not None:
                            self._say(pb.Answer(token=entry.task.token, heartbeat=pb.Heartbeat()))
                self._lock.wait(min((e.next_heartbeat for e in beating), default=now + 3600) - now)

    def drain(self):
        with self._lock:
            self._draining = True
            self._lock.notify_all()

    def abandon(self):
        """Withdraws what runs and ends every wait; says what held() was then, also when called again."""
        with self._lock:
            if self._abandoned is None:
                self._abandoned, self._stream = self.held(), None
            for entry in self._entries.values():
                entry.task._stop.set()
            self._lock.notify_all()
            return self._abandoned

    def _free(self):
        return self._drained and not self.held()

    def held(self):
        with self._lock:
            return sum(not entry.task.withdrawn() for entry in self._entries.values())


def _unknown(task):
    raise Failure("UnknownFunction", f'this worker has no function or activity "{task.activity or task.function}"')


def _text(value, length):
    """At most so many characters of what may be anything, as valid UTF-8."""
    return str(value)[:length].encode("utf-8", "replace").decode()


def _result_of(handler, task):
    try:
        output = json.dumps(handler(task), allow_nan=False).encode()
        return pb.Answer(token=task.token, success=pb.Success(output=output))
    except Failure as failure:
        error, cause = failure.error, failure.cause
    except Exception as e:  # the function is somebody else's code: what it raises ends its task, not the worker
        error = type(e).__name__
        cause = json.dumps({"errorMessage": str(e), "errorType": error,
                            "stackTrace": traceback.format_tb(e.__traceback__)})
    return pb.Answer(token=task.token, failure=pb.Failure(error=_text(error, 256), cause=_text(cause, 32768)))


def _join_others(before):
    """Waits for the threads that gRPC made. Python would stop them at its exit wherever they are, also while they hold a
    lock of the call, which the call's __del__ then waits for: the process would hang."""
    deadline = time.monotonic() + 2
    for thread in set(threading.enumerate()) - before - {threading.current_thread()}:
        thread.join(max(0, deadline - time.monotonic()))


class Worker:
    """`instance` names this process over all its connections (default: a UUID); another process must never use it.

    `server` is HOST:PORT, or https://HOST:PORT when asld has a certificate; `tls_ca` is the file of the certificates, in
    PEM, one of which that must come from (default: the system's)."""

    def __init__(self, server="127.0.0.1:8084", *, tls_ca=None, slots=4, name="", instance=None, drain_limit_s=30,
                 log=lambda line: print("asld worker:", line, file=sys.stderr, flush=True)):
        self._server, self._tls_ca, self._slots, self._name, self._log = server, tls_ca, slots, name, log
        self._instance = instance or str(uuid.uuid4())
        self._drain_limit_s = drain_limit_s
        self._functions, self._activities = {}, {}
        self._ledger = _Ledger()
        self._lock = threading.Condition()
        self._call = None  # the open stream
        self._stops = 0
        self._hurried = self._ended = False

    def function(self, name):
        """Serves arn:aws:lambda:…:function:NAME with the decorated function."""
        return lambda handler: self._functions.setdefault(name, handler)

    def activity(self, name):
        """Serves arn:aws:states:…:activity:NAME with the decorated function."""
        return lambda handler: self._activities.setdefault(name, handler)

    def run(self, stop_on_signals=True):
        """Serves until stop, connecting again whenever the connection is lost. True: everything was handed in.

        Raises grpc.RpcError when the engine refuses this worker and always will. SIGTERM and SIGINT stop it (when run
        is called on the main thread, as Python wants it)."""
        if stop_on_signals and threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                # On a thread of its own: the handler interrupts code that may hold the locks.
                signal.signal(number, lambda *_: threading.Thread(target=self.stop).start())
        before = set(threading.enumerate())
        threads = [threading.Thread(target=self._work) for _ in range(self._slots)]
        threads += [threading.Thread(target=self._ledger.keep_beating), threading.Thread(target=self._watch_the_end)]
        for thread in threads:
            thread.start()
        try:
            self._serve()
        finally:
            held = self._ledger.abandon()
            with self._lock:
                self._ended = True
                self._lock.notify_all()
            for thread in threads:
                thread.join()
            _join_others(before)
        if held:
            self._log(f"{held} results were not acknowledged by the engine")
        return not held

    def stop(self):
        """Takes no more tasks and lets run return when those it has are finished and acknowledged. A second call does
        not wait for that: functions that still run are told (Task.withdrawn)."""
        with self._lock:
            self._stops += 1
            self._ledger.drain()
            self._lock.notify_all()

    def _done(self):
        return self._hurried or (self._stops and not self._ledger.held())

    def _watch_the_end(self):
        with self._lock:
            self._lock.wait_for(lambda: self._stops or self._ended)
            self._lock.wait_for(lambda: self._stops > 1 or self._ended, self._drain_limit_s)
            if self._ended:
                return
            self._ledger.abandon()
            self._hurried = True
            self._lock.notify_all()
            if self._call is not None:
                self._call.cancel()

    def _work(self):
        while (task := self._ledger.begin()) is not None:
            handlers, name = (self._activities, task.activity) if task.activity else (self._functions, task.function)
            self._ledger.finish(task.token, _result_of(handlers.get(name, _unknown), task))

    def _open_channel(self):
        scheme, _, target = self._server.rpartition("://")
        if scheme == "http" or not (scheme or self._tls_ca):
            return grpc.insecure_channel(target, options=CHANNEL_OPTIONS)
        authorities = None
        if self._tls_ca:
            with open(self._tls_ca, "rb") as file:
                authorities = file.read()
        return grpc.secure_channel(target, grpc.ssl_channel_credentials(authorities), options=CHANNEL_OPTIONS)

    def _serve(self):
        failures = 0
        with self._open_channel() as channel:
            # Not channel.subscribe, to say when it is connected: its thread cannot be waited for (see _join_others).
            self._log(f"serving {self._server} as {self._instance}")
            while True:
                heard, error = self._serve_once(workers_pb2_grpc.WorkersStub(channel))
                failures = 0 if heard else failures + 1
                wait_s = min(BACKOFF_MAX_S, BACKOFF_MIN_S * 2 ** min(failures, 10)) * random.uniform(0.5, 1)
                with self._lock:
                    if self._done():
                        return
                    self._log(f"lost {self._server} ({error}), holding {self._ledger.held()} tasks; "
                              f"trying again in {wait_s:.1f} s")
                    if self._lock.wait_for(self._done, wait_s):
                        return

    def _serve_once(self, stub):
        """One stream from its beginning to its end. An older one was read to its end before, so a task that was on its
        way in it cannot arrive after the newer said what is held."""
        heard, stream = False, object()
        hello = pb.Hello(instance_id=self._instance, worker_name=self._name, slots=self._slots,
                         functions=self._functions, activities=self._activities)

        def messages():
            yield self._ledger.open(stream, hello)
            yield from self._ledger.messages(stream)

        with self._lock:
            if self._done():
                return heard, "stopped"
            self._call = call = stub.Serve(messages())
        try:
            for message in call:
                heard = True
                self._ledger.hear(message)
            return heard, "the engine ended the stream"
        except grpc.RpcError as error:
            if error.code() in FINAL:
                raise
            return heard, error.details()
        finally:
            with self._lock:
                self._call = None
            self._ledger.close()
