"""What takes deliveries of platforms, verifies them, and hands them to the management API."""
