"""The store: tables, the spool, keys and the log on disk. Shell: clocks, sockets and disks are allowed here."""
