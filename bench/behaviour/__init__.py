"""The exam of the behaviour profiles: seeded streams of work and of attacks. ``python -m bench.behaviour``."""
