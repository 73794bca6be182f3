"""The parts of landing. ``ingest.land`` is the way in."""
