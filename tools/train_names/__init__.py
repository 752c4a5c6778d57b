"""Teaches which words look like a part of somebody's name, from registers of names and ordinary words."""
