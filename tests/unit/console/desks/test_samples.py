from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import msgspec

from wardlaw.cli.creating import create_installation
from wardlaw.config.tls import Tls
from wardlaw.console.desks.samples import TEXTS, SampleSender, sample_sender


class Gateway(BaseHTTPRequestHandler):
    asked: list[tuple[str, str]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        text = body["messages"][0]["content"]
        self.asked.append((self.headers["authorization"], text))
        self.send_response(403 if text.startswith("Ignore") else 200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_given: object) -> None:
        pass


def test_each_sample_is_asked_once_and_apart() -> None:
    Gateway.asked.clear()
    waited: list[float] = []
    with HTTPServer(("127.0.0.1", 0), Gateway) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        address = f"http://127.0.0.1:{server.server_address[1]}"
        assert SampleSender(address, "demo", wait=waited.append).send("wl_x") == len(TEXTS)
        server.shutdown()
        thread.join()
    assert Gateway.asked == [("Bearer wl_x", text) for text in TEXTS]
    assert len(waited) == len(TEXTS)


def test_a_gateway_that_is_gone_is_no_fault() -> None:
    assert SampleSender("http://127.0.0.1:9", "demo", wait=lambda _: None).send("wl_x") == 0


def test_nothing_leaves_this_machine(tmp_path: Path) -> None:
    config = create_installation(tmp_path).config
    assert sample_sender(config, lambda _: None) is not None
    paid = msgspec.structs.replace(config.upstreams[0], url="https://models.example/v1")
    assert sample_sender(msgspec.structs.replace(config, upstreams=(paid,)), lambda _: None) is None
    off = msgspec.structs.replace(config.demo_model, enabled=False)
    assert sample_sender(msgspec.structs.replace(config, demo_model=off), lambda _: None) is None
    safe = msgspec.structs.replace(config.gateway, tls=Tls(cert="c", key="k"))
    assert sample_sender(msgspec.structs.replace(config, gateway=safe), lambda _: None) is None
