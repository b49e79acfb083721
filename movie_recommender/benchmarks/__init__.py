"""Measuring the product: synthetic worlds of any size, what a recompute costs, and the same of its peers."""
