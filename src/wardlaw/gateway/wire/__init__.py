"""Reading and writing the protocols of the surfaces: bytes and events in, values and commands out. No socket."""
