"""Platforms on loopback that keep organisations: what the connectors are tried against."""
