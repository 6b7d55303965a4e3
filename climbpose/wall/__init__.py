"""The wall: how the camera moved before it, what it looks like, and which one it is."""
