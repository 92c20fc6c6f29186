"""HTTP: decode, call, answer. What a handler cannot name, it does not decide."""
