"""The ground: the nouns of the house as frozen values. No I/O, no clock, no randomness."""
