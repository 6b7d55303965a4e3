"""Training of the learned smoothers: noised poses in, true poses out (thesis A)."""
