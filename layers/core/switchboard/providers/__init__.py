"""Upstream dialects. Each builds a provider's request, reads its answer into the hub and classifies its failures."""
