"""Simulated providers: they answer in OpenAI's chat dialect, at a scripted pace, and fail on demand.

They share no code with the gateway: what they accept and refuse is an independent reading of OpenAI's interface.
"""
