"""Networks as plain graphs: read from published files, trained with torch, run without it."""
