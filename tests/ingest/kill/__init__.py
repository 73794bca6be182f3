"""Runs that are killed, and readers that are there while a run publishes."""
