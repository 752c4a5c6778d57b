"""Peers and oracles for what Wardlaw says of models; see README.md."""
