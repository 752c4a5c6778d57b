"""Scanning texts, lines and files with the detectors alone, without a running Wardlaw."""
