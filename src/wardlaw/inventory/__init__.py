"""Who granted what to whom: OAuth grants, apps, non-human identities, their credentials and their use."""
