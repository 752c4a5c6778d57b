"""What red-team tools found, read from their own files and held against limits."""
