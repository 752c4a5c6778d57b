"""Measures of a gate that a data scientist runs on files, without any server."""
