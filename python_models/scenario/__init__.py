"""Events: their prices, scenarios of shadow prices, and what follows from one for the other."""
