"""``python -m wardlaw.gateway CONFIG``."""

import sys

from wardlaw.gateway.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
