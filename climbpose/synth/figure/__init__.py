"""A dressed body in a picture."""
