"""Numerics: arrays in, arrays out. Nothing here reads a file, a database or the network.

All of it computes in float64: money and states of charge are sums over years.
"""

import jax

jax.config.update("jax_enable_x64", True)
