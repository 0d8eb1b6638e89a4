"""What the gateway adds to a provider's answer, measured beside a plain reverse proxy and the provider itself."""
