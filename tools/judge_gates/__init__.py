"""The tables of docs/gates.md, each made by one file and written between its own markers."""
