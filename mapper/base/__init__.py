"""What everything else stands on: errors, settings, whole files, column contracts, the sandbox."""
