"""The benchmark: what Wardlaw costs, beside nginx and, where installed, other gateways. Run it with ``./wardlaw bench``."""
