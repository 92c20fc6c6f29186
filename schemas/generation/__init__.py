"""What `schemas/generate.py` writes: schemas, tables, documents and vectors, all made from the code that they describe.

Each module gives files as (path, text); the script writes them, or says which are stale. Same code, same bytes.
"""
