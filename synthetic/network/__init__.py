"""A market on a real network: dispatch with security constraints, and the truth behind its prices.

`market.NetworkDay` is the day that the ERCOT writers print. See `data/README.md` for the networks.
"""
