"""Asks detect-secrets about texts. Runs in that package's own environment, without Wardlaw.

    PYTHON peer.py < texts.jsonl > answers.jsonl

Each line in has ``text``, each line out ``found``: the values it reports at its defaults. The last line has
``version`` and ``ms``, the processor time for each text.
"""

import json
import os
import sys
import tempfile
import time
from importlib.metadata import version

from detect_secrets.core.scan import scan_file
from detect_secrets.settings import default_settings


def main():
    texts = [json.loads(line)["text"] for line in sys.stdin]
    begin = time.process_time()
    with tempfile.TemporaryDirectory() as folder, default_settings():
        path = os.path.join(folder, "text.txt")
        for text in texts:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            print(json.dumps({"found": [one.secret_value for one in scan_file(path) if one.secret_value]}))
    spent = 1000 * (time.process_time() - begin) / max(1, len(texts))
    print(json.dumps({"version": version("detect-secrets"), "ms": spent}))


if __name__ == "__main__":
    main()
