"""What `make run` starts beside the gateway: the embedded AWS engine and the simulated providers."""
