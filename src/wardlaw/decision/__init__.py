"""The door: one decision over what both wings know. Pure: no I/O, no clock, no randomness."""
