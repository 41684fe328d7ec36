# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""An HTTP proxy in front of a server of AWS's API that counts calls and kills the caller at one of them: before the
server has heard of it, or after the server has done it and before the caller knows."""
import http.client
import http.server
import os
import signal
import threading
import urllib.parse


class KillingProxy:
    def __init__(self, upstream):
        self.upstream = urllib.parse.urlsplit(upstream).netloc
        self.reset()
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                proxy.pass_on(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def reset(self, kill_at=None, when="before"):
        """Kill at the call of that number, from 1; None: at none."""
        self.calls, self.kill_at, self.when = [], kill_at, when
        self.victim, self.victim_known = None, threading.Event()

    def watch(self, process):
        self.victim = process
        self.victim_known.set()

    def kill(self):
        self.victim_known.wait()
        os.kill(self.victim.pid, signal.SIGKILL)

    def pass_on(self, handler):
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        self.calls.append(handler.headers.get("X-Amz-Target", "").rpartition(".")[2])
        deadly = len(self.calls) == self.kill_at
        if deadly and self.when == "before":
            self.kill()
            return
        upstream = http.client.HTTPConnection(self.upstream)
        upstream.request("POST", handler.path, body, dict(handler.headers))
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        if deadly:
            self.kill()
            return
        try:
            handler.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("transfer-encoding", "connection", "content-length", "date", "server"):
                    handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(content)))
            handler.end_headers()
            handler.wfile.write(content)
        except OSError:
            pass  # the caller is gone

    def close(self):
        self.server.shutdown()
        self.server.server_close()
