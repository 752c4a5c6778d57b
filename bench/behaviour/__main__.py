"""``python -m bench.behaviour``: the exam of the behaviour profiles."""

from __future__ import annotations

import sys

from bench.behaviour.exam import run

run(sys.argv[1:])
