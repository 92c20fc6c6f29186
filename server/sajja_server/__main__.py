"""`python -m sajja_server` is `sajja-server`."""

from sajja_server.cli import main

if __name__ == "__main__":
    main()
