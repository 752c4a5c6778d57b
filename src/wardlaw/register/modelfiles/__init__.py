"""What is inside a file of a model, and whether loading it could run code. Nothing is ever loaded or imported."""
