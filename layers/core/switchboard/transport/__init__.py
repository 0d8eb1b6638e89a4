"""The only HTTP clients: one for Lambda, which starts quickest, one for servers, which costs least for each request.

Both do the same (tests/integration/test_transport.py asks it of both); `here` says which one this process wants.
"""
