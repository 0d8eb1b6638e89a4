"""Bytes on the wire: server-sent events, requests, signatures. Pure, no I/O."""
