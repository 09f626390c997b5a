"""Reads of the jobs pages that join several models."""
