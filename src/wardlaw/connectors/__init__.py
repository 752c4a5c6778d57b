"""Readers of the platforms a company has connected: one file each, behind one protocol."""
