"""Holds the data of frameworks and controls against what must hold; each fault on a line, exit 1 when there is one.

Run by ``.ci/run`` and by the tests: ``python -m tools.check_frameworks``.
"""

from __future__ import annotations

import sys

from wardlaw.governance.frameworks.sound import calendar_faults, controls_faults, framework_faults
from wardlaw.governance.shipped import shipped_controls, shipped_frameworks


def faults() -> tuple[str, ...]:
    """Every fault of what ships."""
    frameworks, controls = shipped_frameworks(), shipped_controls().controls
    found = [fault for one in frameworks.values() for fault in framework_faults(one)]
    found += controls_faults(controls, frameworks)
    found += [f"eu-ai-act: {fault}" for fault in calendar_faults(frameworks["eu-ai-act"])]
    return tuple(found)


def main() -> int:
    """Print the faults, or what was checked."""
    found = faults()
    if found:
        sys.stdout.write("\n".join(found) + "\n")
        return 1
    frameworks, controls = shipped_frameworks(), shipped_controls().controls
    provisions = sum(len(one.provisions) for one in frameworks.values())
    links = sum(len(one.links) for one in controls)
    sys.stdout.write(
        f"{len(frameworks)} frameworks, {provisions} provisions, {len(controls)} controls, {links} links: sound\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
