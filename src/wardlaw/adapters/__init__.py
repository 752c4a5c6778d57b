"""Bindings to what is not ours: detectors of installed packages, and services that judge texts."""
