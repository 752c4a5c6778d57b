"""Compares detectors with those of others, on the same texts in one run, and writes docs/detection.md."""
