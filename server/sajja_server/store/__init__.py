"""PostgreSQL: what is stored, and nothing about what it means."""
