"""Reading files of others into sightings: tables of grants, logs, browser extensions, clients of tool servers."""
