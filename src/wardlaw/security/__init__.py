"""The security wing: is somebody breaking in, is something leaking? Pure functions over texts."""
