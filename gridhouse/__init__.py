"""The command line and the settings: thin, everything else is in the other packages."""
