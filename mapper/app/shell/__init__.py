"""The shell: what every page shares, from the menu and the data in use to the map and downloads."""
