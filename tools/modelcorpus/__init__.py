"""Files of models that attack whoever loads them, and files that do not: for the tests and for the table of docs/gates.md."""
