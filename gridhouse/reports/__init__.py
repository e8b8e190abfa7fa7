"""Reports: pages made from the warehouse, one module each."""
