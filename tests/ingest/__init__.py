"""Tests of the package `ingest`, one file for each part."""
