"""State estimation: exact Kalman filter, ensemble filters, and the market's state."""
