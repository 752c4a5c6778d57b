"""The witness: a process of its own that cosigns checkpoints and remembers the longest log it saw."""
