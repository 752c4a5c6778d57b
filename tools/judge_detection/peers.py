"""A detector of somebody else, asked line by line. Runs in that package's own environment, without Wardlaw.

    PYTHON peers.py NAME < texts.jsonl > answers.jsonl

Each line in has ``id`` and ``text``, each line out ``id``, ``score`` (higher is more suspicious) and ``flag`` (what
the package says at its defaults). The last line has ``version`` and ``ms``: the median processor time of harmless texts
of 100, 1,000 and 10,000 characters.
"""

import json
import statistics
import sys
import time
from importlib.metadata import version

PROSE = "The minutes of the meeting are in the folder, and the next one is on Monday at ten. "
SIZES = (100, 1_000, 10_000)


def agentbastion():
    from agentbastion import Firewall

    firewall = Firewall()
    detector = firewall.detector if hasattr(firewall, "detector") else None
    if detector is None:
        from agentbastion.inbound import HeuristicDetector

        detector = HeuristicDetector()

    def ask(text):
        _names, severity = detector.scan(text)
        return float(severity), not firewall.check_input(text).allowed

    return ask


def aicordon():
    from aicordon import picket

    detector = picket.load()
    ranks = {None: 0.0, "low": 1.0, "medium": 2.0, "high": 3.0, "critical": 4.0}

    def ask(text):
        report = detector.check(text)
        return ranks.get(report.severity, 2.0) + 0.01 * len(report.findings), bool(report.flagged)

    return ask


def ai_injection_guard():
    from prompt_shield import PromptScanner

    scanner = PromptScanner(threshold="MEDIUM")

    def ask(text):
        found = scanner.scan(text)
        return float(found.risk_score), not found.is_safe

    return ask


def forcefield():
    import forcefield as package

    guard = package.Guard()

    def ask(text):
        found = guard.scan(text)
        return float(found.risk_score), bool(found.blocked)

    return ask


def hermes_katana():
    from hermes_katana.scanner.injection import detect_injection

    def ask(text):
        found = detect_injection(text)
        return max((one.confidence for one in found), default=0.0), bool(found)

    return ask


def metatronnanoguard():
    from nanoguard import NanoGuard

    guard = NanoGuard(device="cpu")

    def ask(text):
        found = guard.scan(text)
        return float(found.injection_score), bool(found.is_injection)

    return ask


def toolwall_guard():
    from toolwall.detect import CompositeDetector

    detector = CompositeDetector()

    def ask(text):
        score, _found = detector.score(text)
        return float(score), score >= 0.5

    return ask


PEERS = {
    "agentbastion": agentbastion,
    "aicordon": aicordon,
    "ai-injection-guard": ai_injection_guard,
    "forcefield": forcefield,
    "hermes-katana": hermes_katana,
    "metatronnanoguard": metatronnanoguard,
    "toolwall-guard": toolwall_guard,
}


def main():
    name = sys.argv[1]
    ask = PEERS[name]()
    for line in sys.stdin:
        row = json.loads(line)
        score, flag = ask(row["text"])
        print(json.dumps({"id": row["id"], "score": score, "flag": flag}))
    medians = []
    for size in SIZES:
        text, spent = (PROSE * 120)[:size], []
        for number in range(15):
            begin = time.process_time()
            ask(f"{number} {text}")
            spent.append(1000 * (time.process_time() - begin))
        medians.append(statistics.median(spent))
    print(json.dumps({"version": version(name), "ms": medians}))


if __name__ == "__main__":
    main()
