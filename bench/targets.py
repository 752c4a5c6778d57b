"""What is measured side by side: nothing in between, nginx, our stack without us, Wardlaw, and other gateways."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.installation import make
from bench.latency import DIRECT
from bench.mock import Mock, find_nginx, nginx_config, start_nginx
from bench.passthrough import PORTS
from bench.processes import Running, StartError, free_port

NGINX, STACK, DURABLE, UNWAITED = "nginx", "stack", "wardlaw", "wardlaw-tmpfs"
LITELLM, PORTKEY = "litellm", "portkey"
LABELS: Mapping[str, str] = {
    DIRECT: "direct to the mock",
    NGINX: "nginx, proxy only",
    STACK: "same server and client, passing bytes on",
    DURABLE: "**Wardlaw**, all clauses and detectors, durable record",
    UNWAITED: "Wardlaw, the same, record not waiting for a disk",
    LITELLM: "LiteLLM proxy, no policy",
    PORTKEY: "Portkey gateway, no policy",
}
ENV_LITELLM, ENV_PORTKEY = "WARDLAW_BENCH_LITELLM", "WARDLAW_BENCH_PORTKEY"
_JSON = {"accept": "application/json"}


class Target:
    """One thing that is measured.

    Attributes:
        port: Where whole answers are asked for; streams at ``stream_port``, the same unless said otherwise.
        headers: Request headers of each caller.
        running: Its process; None for the mock itself, whose cost is nobody's.
    """

    def __init__(
        self, name: str, *, port: int, stream_port: int = 0, headers: Sequence[Mapping[str, str]] = (_JSON,)
    ) -> None:
        self.name = name
        self.port = port
        self.stream_port = stream_port or port
        self.headers = [dict(one) for one in headers]
        self.stream_headers = self.headers
        self.running: Running | None = None
        self.folder: Path | None = None

    def stop(self) -> None:
        """End its process and remove what it wrote outside the benchmark's folder."""
        if self.running is not None:
            self.running.stop()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


class Field:
    """All targets of a run, and how they are started.

    Args:
        folder: Empty folder for everything they write.
        limit_s: Every process is killed after so many seconds.
        env: Environment; names the commands of other gateways.
    """

    def __init__(self, folder: Path, *, limit_s: float, env: Mapping[str, str] = os.environ) -> None:
        self._folder = folder
        self._limit_s = limit_s
        self._env = env
        self.mock = Mock(folder / "mock", limit_s=limit_s)
        self.targets: list[Target] = [Target(DIRECT, port=self.mock.answer_port, stream_port=self.mock.stream_port)]
        self.absent: dict[str, str] = {}

    def start(self, names: Sequence[str]) -> None:
        """Start the named targets; one that cannot be started is noted with the reason."""
        starts = {
            NGINX: self._nginx,
            STACK: self._stack,
            DURABLE: lambda: self._wardlaw(DURABLE, None),
            UNWAITED: self._unwaited,
            LITELLM: self._litellm,
            PORTKEY: self._portkey,
        }
        for name in names:
            if name == DIRECT:
                continue
            try:
                self.targets.append(starts[name]())
            except StartError as error:
                self.absent[name] = str(error)

    def stop(self) -> None:
        """End everything."""
        for target in reversed(self.targets):
            target.stop()
        self.mock.stop()

    def _run(self, target: Target, command: Sequence[str], *, within_s: float, env: Mapping[str, str]) -> Target:
        log = self._folder / f"{target.name}.log"
        target.running = Running(command, log=log, limit_s=self._limit_s, env={**self._env, **env})
        try:
            target.running.wait_port(target.port, within_s=within_s)
        except StartError:
            target.stop()
            raise
        return target

    def _nginx(self) -> Target:
        if not find_nginx():
            raise StartError("not installed")
        target = Target(NGINX, port=free_port(), stream_port=free_port())
        folder = self._folder / "nginx"
        pairs = ((target.port, self.mock.answer_port), (target.stream_port, self.mock.stream_port))
        blocks = "\n  ".join(
            f"upstream u{place} {{ server 127.0.0.1:{back}; keepalive 64; keepalive_requests 100000000; }}\n"
            f"  server {{ listen 127.0.0.1:{front} backlog=1024; location / {{ proxy_pass http://u{place}; "
            'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; } }'
            for place, (front, back) in enumerate(pairs)
        )
        target.running = start_nginx(folder, nginx_config(folder, blocks), port=target.port, limit_s=self._limit_s)
        return target

    def _stack(self) -> Target:
        target = Target(STACK, port=free_port())
        ports = json.dumps([self.mock.answer_port, self.mock.stream_port])
        command = [sys.executable, "-m", "bench.passthrough", str(target.port)]
        return self._run(target, command, within_s=20, env={PORTS: ports})

    def _unwaited(self) -> Target:
        """A spool in memory: the same work, and no disk to wait for."""
        if not os.access("/dev/shm", os.W_OK):
            raise StartError("there is no /dev/shm to keep a spool in memory")
        folder = Path("/dev/shm") / f"wardlaw-bench-{os.getpid()}"
        folder.mkdir(mode=0o700)
        try:
            target = self._wardlaw(UNWAITED, folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        target.folder = folder
        return target

    def start_wardlaw(self, name: str, *, extra: str = "", command: Sequence[str] = ()) -> Target:
        """Start a gateway of its own.

        Args:
            extra: Further lines of its configuration.
            command: What runs it, with ``{config}`` for its configuration file; the gateway itself when empty.

        Raises:
            StartError: It does not start.
        """
        target = self._wardlaw(name, None, extra=extra, command=command)
        self.targets.append(target)
        return target

    def _wardlaw(self, name: str, spool: Path | None, *, extra: str = "", command: Sequence[str] = ()) -> Target:
        made = make(
            self._folder / name,
            port=free_port(),
            answer_port=self.mock.answer_port,
            stream_port=self.mock.stream_port,
            spool=spool,
            extra=extra,
        )
        target = Target(name, port=made.port, headers=[{"authorization": f"Bearer {key}"} for key in made.keys])
        words = command or (sys.executable, "-m", "wardlaw.gateway", "{config}")
        words = [str(made.config_path) if word == "{config}" else word for word in words]
        self._run(target, words, within_s=60, env={})
        assert target.running is not None
        try:
            target.running.wait_ready(target.port, within_s=60)
        except StartError:
            target.stop()
            raise
        return target

    def _litellm(self) -> Target:
        command = self._command(ENV_LITELLM)
        target = Target(LITELLM, port=free_port())
        config = self._folder / "litellm.yaml"
        models = [
            {
                "model_name": name,
                "litellm_params": {
                    "model": f"openai/{name}",
                    "api_base": f"http://127.0.0.1:{port}/v1",
                    "api_key": "none",
                },
            }
            for name, port in (("demo", self.mock.answer_port), ("demo-stream", self.mock.stream_port))
        ]
        settings = {"num_retries": 0, "telemetry": False}
        config.write_text(json.dumps({"model_list": models, "litellm_settings": settings}), encoding="utf-8")
        command += ["--config", str(config), "--host", "127.0.0.1", "--port", str(target.port), "--num_workers", "1"]
        # Without the first it asks the network for prices, which a benchmark on loopback has no business with.
        calm = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR", "LITELLM_TELEMETRY": "False"}
        return self._run(target, command, within_s=90, env=calm)

    def _portkey(self) -> Target:
        command = self._command(ENV_PORTKEY)
        target = Target(PORTKEY, port=free_port())
        target.headers = [self._portkey_headers(self.mock.answer_port)]
        target.stream_headers = [self._portkey_headers(self.mock.stream_port)]
        return self._run(target, [*command, f"--port={target.port}", "--headless"], within_s=60, env={})

    def _portkey_headers(self, port: int) -> dict[str, str]:
        return {
            "authorization": "Bearer none",
            "x-portkey-provider": "openai",
            "x-portkey-custom-host": f"http://127.0.0.1:{port}/v1",
        }

    def _command(self, variable: str) -> list[str]:
        command = shlex.split(self._env.get(variable, ""))
        if not command:
            raise StartError(f"not installed ({variable} is not set, see bench/peers.md)")
        if shutil.which(command[0]) is None:
            raise StartError(f"{variable} names {command[0]}, which cannot be run")
        return command


def peer_version(variable: str, env: Mapping[str, str] = os.environ) -> str:
    """What is known of another gateway's version, from the packages around its command."""
    words = shlex.split(env.get(variable, ""))
    for word in words:
        path = Path(word).resolve()
        for folder in path.parents:
            manifest = folder / "package.json"
            if manifest.is_file() and "node_modules" in manifest.parts:
                return str(json.loads(manifest.read_text(encoding="utf-8")).get("version", ""))
        python = Path(word).parent / "python"
        if python.exists():
            code = "import importlib.metadata as m; print(m.version('litellm'))"
            done = subprocess.run([str(python), "-c", code], capture_output=True, text=True, timeout=30, check=False)
            return done.stdout.strip()
    return ""
