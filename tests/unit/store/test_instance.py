from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from wardlaw.facts.errors import ConfigError, UnavailableError
from wardlaw.store.instance import LOCK_NAME, InstanceLock

HOLDER = """
import sys, time
from pathlib import Path
from wardlaw.store.instance import InstanceLock
lock = InstanceLock(Path(sys.argv[1]), role="another copy")
print("held", flush=True)
time.sleep(60)
"""


def test_a_second_copy_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    with InstanceLock(tmp_path, role="wardlaw up"):
        with pytest.raises(UnavailableError, match="WL-INS-001") as caught:
            InstanceLock(tmp_path)
        assert f"wardlaw up, process {os.getpid()}" in caught.value.message
    InstanceLock(tmp_path).close()


def test_the_lock_ends_with_its_process_however_it_ends(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(UnavailableError, match=f"another copy, process {process.pid}"):
            InstanceLock(tmp_path)
        process.send_signal(signal.SIGKILL)
    InstanceLock(tmp_path).close()


def test_a_stale_file_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / LOCK_NAME).write_text("wardlaw up, process 1\n")
    lock = InstanceLock(tmp_path)
    assert (tmp_path / LOCK_NAME).read_text() == f"wardlaw up, process {os.getpid()}\n"
    lock.close()
    lock.close()


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="WL-INS-002"):
        InstanceLock(tmp_path / "none")


LEAVER = """
import subprocess, sys
from pathlib import Path
from wardlaw.store.instance import InstanceLock
lock = InstanceLock(Path(sys.argv[1]), role="another copy")
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1)"], pass_fds=(lock._descriptor,))
print("held", flush=True)
sys.stdout.close()
import os
os._exit(0)
"""


def test_what_a_process_that_is_gone_had_begun_is_waited_for(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", LEAVER, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        process.wait()
        InstanceLock(tmp_path).close()
