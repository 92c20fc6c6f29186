"""The documents that a village prints: one module each, from a reading of the device to a document as data."""
