"""The pages of jobs: overview, list and page, search."""
