"""Emissions that flows between regions carry."""
