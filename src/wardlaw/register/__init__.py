"""AI systems and their gates; none yet."""
