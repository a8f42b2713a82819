"""A stand-in for the Hugging Face Hub, on this machine, for tests that must not need the network."""
