"""Files as the texts they hold: bytes in, pieces of text out, within bounds and without any I/O."""
