"""The real routing code on a virtual clock, against synthetic worlds and the policies of other gateways."""
