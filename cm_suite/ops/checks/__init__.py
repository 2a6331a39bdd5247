"""What `./cm check` holds. Each check takes the project's root and returns its findings, one line each."""
