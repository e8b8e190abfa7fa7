"""Python imports a module of this name by itself at start, if its folder is on PYTHONPATH."""

import network_guard

network_guard.install()
