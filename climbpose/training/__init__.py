"""Training of climbpose's networks."""
