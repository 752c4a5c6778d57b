"""Full and read-only disks, damaged spools, wrong keys, second copies, clocks set back: a real gateway each time.

It says clearly what is wrong and what to do, releases nothing it cannot record, and loses nothing acknowledged.
"""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.wire.caller import Reply, chat, post
from tests.wire.house import House
from tests.wire.puppet import Puppet

from wardlaw.audit.envelope import RecordKind, decode
from wardlaw.store.keyring_kek import create_kek
from wardlaw.store.spoolread import read_frames

SECRET = "wk_live_Zx81kPq0Lm22Vt97Rb54"
DISK = "size=96m"  # two segments of 32 MiB, the reserve, the tables and some air


class Place:
    """An installation that is started and stopped by the test."""

    def __init__(self, folder: Path) -> None:
        self.puppet = Puppet()
        self.house = House(folder, self.puppet.url)
        self.house.secret("secret:internal", SECRET)
        self.keys = self.house.keys([f"caller{number}" for number in range(4)])
        self.spool = Path(self.house.config.audit.spool) / "gateway-1"

    def ask(self, text: str = "hello", *, caller: str = "caller0") -> Reply:
        return post(self.house.port, self.keys[caller], chat(text))

    def recorded(self) -> list[str]:
        return [decode(frame.envelope).id for frame in read_frames(self.spool)]

    def refused(self) -> tuple[int, str]:
        """Try to start; gives exit code and words."""
        ran = subprocess.run(self.house.command, capture_output=True, text=True, timeout=60, check=False)
        return ran.returncode, ran.stderr

    def close(self) -> None:
        self.house.stop(signal.SIGKILL)
        self.puppet.close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.close()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Place]:
    """An installation whose data directory is a small disk of its own."""
    data = tmp_path / "data"
    data.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", DISK, "tmpfs", str(data)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here (needs root)")
    try:
        made = Place(tmp_path)
        yield made
        made.close()
    finally:
        subprocess.run(["umount", "-l", str(data)], check=False)


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:  # nothing left over that closing would write
        try:
            while True:
                file.write(b"x" * 65_536)
        except OSError:
            pass


def _clear(status: int, words: str, *codes: str) -> None:
    """It did not start, and said why and what to do, without a trace of Python."""
    assert status not in (0, 70), words
    assert any(code in words for code in codes), words
    assert "Traceback" not in words, words


def test_a_full_disk_refuses_and_recovers_and_loses_nothing(small: Place) -> None:
    small.house.start()
    told = [small.ask().decision]
    filler = small.house.places.data_dir / "filler"
    _fill(filler)
    end = time.monotonic() + 60
    refused: Reply | None = None
    number = 0
    long = "A long text that takes its room on the disk. " * 4_000
    while time.monotonic() < end:
        number += 1
        reply = small.ask(f"{number} {long}", caller=f"caller{number % 4}")
        if reply.status != 200:
            refused = reply
            break
        told.append(reply.decision)
    assert refused is not None
    assert refused.status == 503, refused
    assert refused.error["code"] in ("WL-SPL-001", "WL-SPL-003", "WL-GWY-007", "WL-KEY-008")
    assert len(refused.error["message"].split(". ")) > 1
    for number in range(5):
        reply = small.ask(f"still full? {number}", caller=f"caller{number % 4}")
        assert reply.status in (200, 503)  # a little may still find room
        if reply.status == 200:
            told.append(reply.decision)
    records = [decode(frame.envelope) for frame in read_frames(small.spool)]
    let_through = [one for one in records if one.action == "ModelCall" and one.effect == "allow"]
    assert len(small.puppet.turns) <= len(let_through), "nothing goes out that is not recorded"
    filler.unlink()
    end = time.monotonic() + 30
    while (reply := small.ask("room again")).status != 200:
        assert time.monotonic() < end, reply
        time.sleep(0.1)
    told.append(reply.decision)
    names = small.recorded()
    assert set(told) <= set(names)
    assert len(set(names)) == len(names)


def test_a_disk_that_turns_read_only(small: Place) -> None:
    small.house.start()
    told = [small.ask().decision]
    data = str(small.house.places.data_dir)
    small.house.stop()
    subprocess.run(["mount", "-o", "remount,ro", data], check=True, capture_output=True)
    _clear(*small.refused(), "WL-SPL", "WL-KEY", "WL-CFG", "WL-STO", "WL-INS", "WL-DB")
    subprocess.run(["mount", "-o", f"remount,rw,{DISK}", data], check=True, capture_output=True)
    small.house.start()
    told.append(small.ask().decision)
    assert set(told) <= set(small.recorded())


def test_a_damaged_spool_is_not_written_on(place: Place) -> None:
    place.house.start()
    for _ in range(5):
        place.ask()
    place.house.stop(signal.SIGKILL)
    segment = max(place.spool.glob("*.seg"), key=lambda path: path.stat().st_size)
    content = bytearray(segment.read_bytes())
    at = content.index(b'"ModelCall"')
    content[at + 3] ^= 1
    segment.write_bytes(content)
    before = segment.read_bytes()
    status, words = place.refused()
    _clear(status, words, "WL-SPL-010")
    assert status == 4
    assert segment.name in words
    assert segment.read_bytes() == before


def test_a_torn_end_is_cut_off_and_nothing_acknowledged_with_it(place: Place) -> None:
    place.house.start()
    told = [place.ask(f"number {number}").decision for number in range(5)]
    place.house.stop(signal.SIGKILL)
    segment = max(place.spool.glob("*.seg"), key=lambda path: path.stat().st_size)
    content = bytearray(segment.read_bytes())
    end = len(content.rstrip(b"\0"))  # behind the last frame, which ends with its filler, there is nothing yet
    garbage = bytes(range(1, 200))
    content[end + 64 : end + 64 + len(garbage)] = garbage
    segment.write_bytes(content)
    place.house.start()
    assert place.ask().status == 200
    assert set(told) <= set(place.recorded())


def test_another_key_encryption_key(place: Place) -> None:
    place.house.start()
    told = place.ask().decision
    place.house.stop()
    kek = place.house.folder / "keys" / "kek"
    right = kek.rename(kek.with_name("right"))
    create_kek(kek, data_dir=place.house.places.data_dir)
    status, words = place.refused()
    _clear(status, words, "WL-KEY")
    assert status == 3
    kek.unlink()
    status, words = place.refused()
    _clear(status, words, "WL-KEY")
    right.rename(kek)
    place.house.start()
    assert place.ask().status == 200
    assert told in place.recorded()


def test_a_key_that_others_may_read(place: Place) -> None:
    kek = place.house.folder / "keys" / "kek"
    kek.chmod(0o644)
    status, words = place.refused()
    _clear(status, words, "WL-KEY")
    assert "chmod" in words


def test_a_second_copy_on_one_data_directory(place: Place) -> None:
    place.house.start()
    first = place.ask()
    status, words = place.refused()
    _clear(status, words, "WL-SPL-008")
    assert status == 69
    second = place.ask()
    assert (first.status, second.status) == (200, 200)
    assert {first.decision, second.decision} <= set(place.recorded())


def test_a_clock_set_back(place: Place) -> None:
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if library is None:
        pytest.skip("libfaketime is not installed")
    place.house.start()
    told = [place.ask().decision, place.ask(f"Is {SECRET} right?", caller="caller1").decision]
    place.house.stop(signal.SIGKILL)
    place.house.start({"LD_PRELOAD": str(library), "FAKETIME": "-26h", "DONT_FAKE_MONOTONIC": "1"})
    for _ in range(3):
        reply = place.ask()
        assert reply.status == 200
        told.append(reply.decision)
    assert place.ask(caller="caller1").status == 403, "the clock releases nobody"
    place.house.stop(signal.SIGKILL)
    place.house.start()
    told.append(place.ask().decision)
    assert place.ask(caller="caller1").status == 403
    frames = list(read_frames(place.spool))
    places = [(frame.epoch, frame.seq) for frame in frames]
    assert places == sorted(set(places))
    records = [decode(frame.envelope) for frame in frames]
    assert set(told) <= {record.id for record in records}
    times = [record.at for record in records if record.kind is RecordKind.DECISION]
    assert min(times) < max(times) - 20 * 3_600_000, "the clock was really set back"


def test_a_configuration_that_is_wrong_says_where(place: Place) -> None:
    text = place.house.config_path.read_text()
    place.house.config_path.write_text(text.replace("data_dir: data", "data_dri: data"))
    status, words = place.refused()
    _clear(status, words, "WL-CFG")
    assert status == 3
    assert "wardlaw.yaml:3" in words
    assert "data_dir" in words


def test_a_bundle_that_nobody_signed(place: Place) -> None:
    bundle = place.house.places.bundle_path
    content = bytearray(bundle.read_bytes())
    content[len(content) // 2] ^= 1
    bundle.write_bytes(content)
    status, words = place.refused()
    _clear(status, words, "WL-BND", "WL-BUN", "WL-POL", "WL-GWY-009")
