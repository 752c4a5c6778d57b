"""The checks of the protocol's makers, run against a gateway with the server they ask for behind it."""
