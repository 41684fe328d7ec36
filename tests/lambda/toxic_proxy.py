# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""An HTTP proxy in front of an endpoint that does to each request what the test has laid out for it, and passes on
what comes after that:

    pass      as it is
    reset     the connection is reset once the request has been read; the endpoint never sees it
    lose      the endpoint acts on it, and then the connection is reset
    truncate  half of the answer's body, then the connection is closed
    hang      no answer, until the caller closes the connection: `left` then has one more
    500, 503, 429   such an answer of the service's, and the endpoint never sees the request
"""
import http.client
import json
import socket
import struct
import threading
import urllib.parse

from endpoint import Handler, Server

ANSWERS = {500: ("ServiceException", {"Type": "Service", "Message": "An error occurred."}),
           503: ("ServiceUnavailableException", {"message": "Service Unavailable"}),
           429: ("TooManyRequestsException", {"Type": "User", "message": "Rate Exceeded."})}


class ToxicProxy:
    def __init__(self, target):
        self.target = urllib.parse.urlsplit(target)
        self.lock = threading.Condition()
        self.plan, self.done = [], []  # guarded by lock
        self.left = threading.Semaphore(0)
        self.server = Server(self.handler())
        self.url = f"http://127.0.0.1:{self.server.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.stop()

    def lay_out(self, *plan):
        with self.lock:
            self.plan, self.done = list(plan), []

    def seen(self):
        with self.lock:
            return list(self.done)

    def saw(self, count, seconds_max=60):
        """Waits until so many requests have come; False: they have not."""
        with self.lock:
            return self.lock.wait_for(lambda: len(self.done) >= count, seconds_max)

    def handler(self):
        proxy = self

        class Toxic(Handler):
            def do_POST(self):
                body = self.body()
                with proxy.lock:
                    what = proxy.plan.pop(0) if proxy.plan else "pass"
                    proxy.done.append(what)
                    proxy.lock.notify_all()
                if what == "reset":
                    return self.reset()
                if what == "hang":
                    self.rfile.read(1)
                    proxy.left.release()
                    self.close_connection = True
                    return
                if what in ANSWERS:
                    error, answer = ANSWERS[what]
                    return self.answer(what, json.dumps(answer).encode(),
                                       {"x-amzn-ErrorType": error, "x-amzn-RequestId": "of-the-proxy"})
                answer, content = self.ask(body)
                if what == "lose":
                    return self.reset()
                self.send_response_only(answer.status)
                for name, value in answer.getheaders():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content[:len(content) // 2] if what == "truncate" else content)
                self.wfile.flush()
                if what == "truncate":
                    self.close_connection = True

            def ask(self, body):
                connection = http.client.HTTPConnection(proxy.target.hostname, proxy.target.port)
                # The Host that was signed is the proxy's own.
                connection.request("POST", self.path, body, dict(self.headers))
                answer = connection.getresponse()
                content = answer.read()
                connection.close()
                return answer, content

            def reset(self):
                """RST instead of FIN: lingering for zero seconds."""
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()

            def finish(self):
                try:
                    super().finish()
                except OSError:
                    pass  # it was reset

        return Toxic
