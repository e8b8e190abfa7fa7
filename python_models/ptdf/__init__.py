"""Effective power transfer distribution factors: what a constraint does to the price of a node."""
