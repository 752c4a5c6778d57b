"""The data plane: admission, wire parsing as layers without sockets, and the one file that has them."""
