"""Wardlaw: one door between a company's people, agents and AI models."""

__version__ = "0.1.0"
