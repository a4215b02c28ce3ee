"""The room where simulators answer over real HTTP: one thread a connection, kept alive, faults carried out here."""

import socket
import socketserver
import threading
import time
import traceback
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, cast

from simulators import admin, faults
from simulators.exchange import SILENCE, Request, Response
from simulators.wire import Gone, Wire
from simulators.world import World


class LiveCall:
    """One request on its way: what a fault may do with it, and the line of the log it fills in."""

    def __init__(self, world: World, wire: Wire, request: Request, stopping: threading.Event) -> None:
        self.world, self.wire, self.request, self.stopping = world, wire, request, stopping
        self.params: Mapping[str, Any] = {}
        world.arrived(request)
        self.line = world.note(request)

    def carry_out(self) -> None:
        """Answer honestly, or as the plan wants it."""
        self.hold(self.world.settings["latency"] / 1000)
        world = self.world
        armed = world.plan.pick(self.request, world.writes(self.request), world.aside(self.request))
        try:
            if armed:
                self.line["fault"], self.params = armed.kind.name, armed.params
                armed.kind.act(self)
            else:
                self.send(self._plain())
        finally:
            self.line["outcome"] = self._outcome()

    def commit(self) -> Response:
        try:
            answer = self.world.answer(self.request)
        except Exception:  # noqa: BLE001 - a slip of the simulator must show, not hang the client
            self.world.crashes.append(traceback.format_exc())
            answer = Response(500, traceback.format_exc().encode(), "text/plain; charset=utf-8")
        self.line["committed"] = answer.status
        return answer

    def send(self, response: Response) -> None:
        if response is SILENCE:
            return self.hang_up()
        self.line["sent"] = response.status
        return self.wire.send(response.head() if self.request.method == "HEAD" else response.wire())

    def send_bytes(self, data: bytes) -> None:
        self.wire.send(data)

    def refuse(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
        return self.world.refuse(status, text, headers)

    def unauthorized(self) -> Response:
        return self.world.unauthorized()

    def hold(self, seconds: float) -> None:
        if seconds > 0:
            self.stopping.wait(seconds)

    def hang_up(self) -> None:
        self.wire.hang_up()

    def reset(self) -> None:
        self.wire.reset()

    def _plain(self) -> Response:
        if self.world.over_limit():
            return self.world.refuse(429, "Too many requests")
        return self.commit()

    def _outcome(self) -> str:
        done = "nothing done" if self.line["committed"] is None else f"done {self.line['committed']}"
        sent = "no answer" if self.line["sent"] is None else f"sent {self.line['sent']}"
        return f"{done}, {sent}"


class Conversation(socketserver.BaseRequestHandler):
    """One connection until either side ends it."""

    def handle(self) -> None:
        listener = cast("Listener", self.server)
        wire = Wire(self.request)
        try:
            while wire.open and not listener.stopping.is_set():
                self._turn(listener, wire)
        except Gone:
            return  # the client left: nothing more to say, and what it asked is in the log

    def _turn(self, listener: "Listener", wire: Wire) -> None:
        request = wire.read()
        request.peer = str(self.client_address[0])
        if request.path.startswith(admin.PREFIX):
            wire.send(admin.answer(listener.world, request).wire())
        else:
            LiveCall(listener.world, wire, request, listener.stopping).carry_out()


class Listener(socketserver.ThreadingTCPServer):
    """Accepts connections and remembers the open ones, so that a stop leaves no thread and no socket behind."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, world: World, port: int) -> None:
        self.world = world
        self.stopping = threading.Event()
        self.connections: set[socket.socket] = set()
        self.guard = threading.Lock()
        self.tls = world.tls()
        super().__init__(("127.0.0.1", port), Conversation)

    def get_request(self) -> tuple[Any, Any]:
        """The handshake comes with the first read, so that it holds up nobody else."""
        connection, address = super().get_request()
        if self.tls:
            connection = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        with self.guard:
            self.connections.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self.guard:
                self.connections.discard(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Kept for GET /_sim/state instead of standard error."""
        self.world.crashes.append(traceback.format_exc())

    def hang_up_all(self, patience: float = 2.0) -> None:
        until = time.monotonic() + patience
        while self.connections and time.monotonic() < until:
            with self.guard:
                for connection in self.connections:
                    _wake(connection)
            time.sleep(0.01)


class Simulator:
    """A running simulator; also a context manager that stops it."""

    def __init__(self, world: World, port: int = 0) -> None:
        self.world = world
        self.listener = Listener(world, port)
        scheme = "https" if self.listener.tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self.listener.server_address[1]}"
        world.opened(self.url)
        self.thread = threading.Thread(target=self.listener.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.listener.stopping.set()
        self.listener.shutdown()
        self.listener.server_close()
        self.listener.hang_up_all()
        self.thread.join(2)
        self.world.close()

    def __enter__(self) -> "Simulator":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def start(world: World, port: int = 0, armed: Iterable[str] = ()) -> Simulator:
    """Serve a world on 127.0.0.1 (port 0 picks one); `armed` are faults as NAME, NAME:times or NAME:*."""
    for text in armed:
        world.plan.arm(*faults.parse(text))
    return Simulator(world, port)


def _wake(connection: socket.socket) -> None:
    """End a blocking read of another thread; a connection it has just closed itself is no fault."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
