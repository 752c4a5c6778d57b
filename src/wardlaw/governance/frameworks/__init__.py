"""Laws, standards and lists of risks as dated data: what they ask, from when, and by which controls it is answered."""
