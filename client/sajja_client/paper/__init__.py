"""Paper, in and out: openings from the paper book, spreadsheets of everything, printed documents.

* What comes in is a stranger's file: bounded before it is read, values only, and every mistake is told by its cell.
* What goes out needs no connection and no server: it is this device's own log and the feeds that it has pulled.
* A document is data first (`document`); plain text and PDF are two ways to set it.
"""
