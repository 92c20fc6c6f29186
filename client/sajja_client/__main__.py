"""`python -m sajja_client` is `sajja`."""

from sajja_client.cli import main

main()
