"""Two attempts on one wall: laid over each other, side by side in time, and told apart."""
