"""The control plane: the management API. Nothing of it runs on the request path."""
