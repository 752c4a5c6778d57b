"""Trains and judges the learned tiers of injection detection; development time only, nothing of it ships but weights."""
