"""What the tests of the console's pages look at them with, exact version, every hash checked."""
