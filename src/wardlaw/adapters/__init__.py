"""Bindings to what is not ours: learned weights, detectors of installed packages, and services that judge texts."""
