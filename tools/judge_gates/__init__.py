"""Tables of ``docs/gates.md``: the gate's measures held against others and against real data."""
