"""AI systems: what they are for, who answers for them, and which traffic is theirs."""
