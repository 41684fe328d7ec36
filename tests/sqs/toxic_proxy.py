# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
"""A TCP proxy that misbehaves: while it is toxic it resets connections, cuts answers short, and leaves a few half-open
(nothing comes any more, not even an end), each of them drawn from a seed. One thread of its own."""
import asyncio
import random
import socket
import struct
import threading

HALF_OPEN_MAX = 3  # a caller notices by its timeout alone, which takes it half a minute
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close sends a reset


class ToxicProxy:
    def __init__(self, port, seed):
        self.target = port
        self.random = random.Random(seed)
        self.toxic = False
        self.cuts = self.half_open = self.answers = 0
        self.open = set()
        self.loop = asyncio.new_event_loop()
        started = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self.thread.start()
        started.wait()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    def _run(self, started):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self.loop.create_task(self._cut_now_and_then())
        self.loop.run_forever()
        server.close()
        left = asyncio.all_tasks(self.loop)
        for task in left:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self.loop.close()

    async def _cut_now_and_then(self):
        while True:
            await asyncio.sleep(self.random.uniform(0.05, 0.3))
            if self.toxic:
                for writer in [w for w in self.open if self.random.random() < 0.5]:
                    self._reset(writer)

    def _reset(self, writer):
        self.cuts += 1
        self.open.discard(writer)
        connection = writer.get_extra_info("socket")
        if connection is not None and connection.fileno() >= 0:  # it may have closed by itself
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        writer.transport.abort()

    async def _serve(self, reader, writer):
        self.open.add(writer)
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            self._reset(writer)
            return
        await asyncio.gather(self._pump(reader, up_writer, None), self._pump(up_reader, writer, writer))
        self.open.discard(writer)

    def _leaves_half_open(self):
        self.answers += 1
        now = self.half_open < HALF_OPEN_MAX and self.answers % 8 == 0
        self.half_open += now
        return now

    async def _pump(self, reader, writer, client):
        """`client`: this side carries answers, which may be cut short."""
        try:
            while data := await reader.read(65536):
                if client is not None and self.toxic and self._leaves_half_open():
                    self.open.discard(client)
                    await asyncio.get_running_loop().create_future()
                if client is not None and self.toxic and self.random.random() < 0.02:
                    writer.write(data[:self.random.randrange(len(data))])
                    await writer.drain()
                    self._reset(client)
                    break
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()
