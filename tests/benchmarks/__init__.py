"""Every hot path beside its physical limit, measured in the same run. A benchmark is never a timed test."""
