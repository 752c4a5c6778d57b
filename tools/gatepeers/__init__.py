"""What the gate's measures are held against: fairlearn, and packages that carry real data; exact versions, every hash checked."""
