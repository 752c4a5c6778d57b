"""Judges what is found of personal data in labelled sentences, beside another package."""
