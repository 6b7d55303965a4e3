"""Labels made into what a detector might have seen: what smoothers learn from and are tried on."""
