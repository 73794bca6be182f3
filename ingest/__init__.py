"""Tieout: everything in Python that moves data. ``ingest.cli`` is the `tieout` command."""
