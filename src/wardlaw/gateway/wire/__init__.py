"""Reading and writing the OpenAI-style protocol: bytes and events in, values and commands out. No socket."""
