"""Between chat completions and Messages: a client of one form, served by an upstream of the other."""
