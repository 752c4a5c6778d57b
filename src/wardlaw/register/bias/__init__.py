"""Whether a system treats groups of people alike: counts, rates, intervals, and the rule that decides."""
