"""Django's PostgreSQL backend with two of its costs taken out; see base.py."""
