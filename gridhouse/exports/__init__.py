"""Tables of the warehouse in the file formats of others."""
