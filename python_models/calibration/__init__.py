"""Probabilities that a constraint binds, its level if it does, and how far to trust both."""
