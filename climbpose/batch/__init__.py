"""Many videos at once: which they are, who annotates them, what became of each."""
