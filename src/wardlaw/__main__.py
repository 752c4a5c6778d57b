"""``python -m wardlaw``."""

from __future__ import annotations

import sys

from wardlaw.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
