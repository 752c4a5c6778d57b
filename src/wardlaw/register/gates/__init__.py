"""Deployment gates: which checks a system must pass before its traffic is let through, and what became of them."""
