"""How the house is started, checked, tested and watched."""
