"""Every bound of the format and of the protocol, in one place.

A bound that is part of the log's format (marked FORMAT) never changes for format version 1:
an entry that was good once stays good. The others are the server's manners and are told by `GET /v1/hello`.
"""

from typing import Final

# FORMAT: canonical JSON (LOG_FORMAT.md section 1).
INTEGER_MAX: Final = 2**53 - 1  # what a JavaScript number holds exactly
DEPTH_MAX: Final = 8

# FORMAT: an entry (LOG_FORMAT.md section 2).
BODY_BYTES_MAX: Final = 32 * 1024  # authors refuse to sign more; a larger body is quarantined
WIRE_BODY_BYTES_MAX: Final = 64 * 1024  # not admitted at all above this
SEQUENCE_MAX: Final = INTEGER_MAX

# FORMAT: a personal part (LOG_FORMAT.md section 14).
PERSONAL_DATA_BYTES_MAX: Final = 16 * 1024
PERSONAL_LINE_BYTES_MAX: Final = 23 * 1024  # the same in base64url, with salt and the place of its entry

# FORMAT: events.
TEXT_CHARACTERS_MAX: Final = 500
OPENING_LINES_MAX: Final = 100
CLOSING_LINES_MAX: Final = 400  # a year is closed, and profit allocated, on as many pages as it needs
APPROVED_ENTRIES_MAX: Final = 200
APPROVALS_MAX: Final = 20
DECIDED_ENTRIES_MAX: Final = 50  # of one decision of a fork, of each kind
PRESENT_MAX: Final = 60
OPEN_APPROVALS_MAX: Final = 20_000  # a device: approvals that wait for an entry, a key or a quorum

# FORMAT: floors of the approver classes (docs/domain.md section 5.2). Bylaws may only raise them.
GENERAL_MEETING_QUORUM_BP_FLOOR: Final = 5_000

# The protocol.
PUSH_ENTRIES_MAX: Final = 500
PUSH_BYTES_MAX: Final = 1024 * 1024  # after decompression
INGEST_ENTRIES_MAX: Final = 2_000  # pushes that wait share one call of the database up to this
INGEST_WAITING_MAX: Final = 2_000  # pushes that may wait; one more is told to come back
INGEST_WAITING_BYTES_MAX: Final = 64 * 1024 * 1024  # and how large they may be together
FEED_PAGE_ENTRIES_MAX: Final = 1_000
FEED_PAGE_BYTES_MAX: Final = 4 * 1024 * 1024
PERSONAL_PARTS_MAX: Final = 500  # of one call
PERSONAL_ASKED_MAX: Final = 100  # commitments of one call: they stand in an address, and addresses are short
PERSONAL_UNFILLED_MAX: Final = 500  # parts that nobody may hold any more, asked for in one run of a device
JSON_BODY_BYTES_MAX: Final = 16 * 1024  # any request that is not a push
# What one device's session may bring to a process of the server in a day. A person who records an entry every five
# seconds, day and night, comes to a tenth of it, so no village meets it; a stolen key that floods the log does.
DEVICE_ENTRIES_PER_DAY: Final = 200_000
REVOKED_ENTRIES_PER_DAY: Final = 2_000  # what a tablet recorded before anybody missed it, in a day
FORKED_ENTRIES_MAX: Final = 1_000  # a device: both branches are proof, a flood is not
EVIDENCE_ROWS_MAX: Final = 1_000  # a network: a bounded sample of what was rejected

NOTE_BYTES_MAX: Final = 64 * 1024  # a checkpoint or a receipt, with the signatures of witnesses
CONSISTENCY_SIZES_MAX: Final = 16  # older sizes that are shown to be beginnings of the newest, in one call

# A bundle: what a carrier brings on a stick is a stranger's file until it was read.
BUNDLE_BYTES_MAX: Final = 32 * 1024 * 1024
BUNDLE_UNPACKED_BYTES_MAX: Final = 128 * 1024 * 1024
BUNDLE_LINES_MAX: Final = 100_000
BUNDLE_LINE_BYTES_MAX: Final = 128 * 1024  # an entry of the greatest size, with its path
SEALED_LINE_BYTES_MAX: Final = 32 * 1024  # a personal part's line, sealed and in base64url again
CARRIED_LINES_MAX: Final = 20_000  # of other devices, on one device
CARRIED_PARTS_MAX: Final = 2_000

SESSION_SECONDS: Final = 12 * 60 * 60
CHALLENGE_SECONDS: Final = 120
DEVICE_SESSIONS_MAX: Final = 20  # a device, open at once; the oldest make room
BODY_SECONDS: Final = 300  # a whole request's body: a megabyte over a bad line
BODY_IDLE_SECONDS: Final = 30  # between two pieces of it

# People who sign in at the server.
ACCOUNT_NAME_CHARACTERS_MIN: Final = 2
ACCOUNT_NAME_CHARACTERS_MAX: Final = 40
PASSWORD_CHARACTERS_MIN: Final = 10
PASSWORD_CHARACTERS_MAX: Final = 128
PASSWORD_LETTERS_MIN: Final = 5  # different ones
SETUP_SECONDS: Final = 3 * 24 * 60 * 60  # a one-time code waits for its person
RECOVERY_CODES: Final = 10
PERSON_SESSION_SECONDS: Final = 12 * 60 * 60
PERSON_IDLE_SECONDS: Final = 60 * 60
PERSON_SESSIONS_MAX: Final = 10  # an account, open at once; the oldest make room
PASSKEYS_MAX: Final = 5  # of an account
PASSKEY_LABEL_CHARACTERS_MAX: Final = 40
PASSKEY_ID_BYTES_MAX: Final = 1023  # W3C Web Authentication, section 4
PASSKEY_KEY_BYTES_MAX: Final = 2048
AGGREGATE_PERSONS_MIN: Final = 5  # fewer persons than this are never shown as a sum

# Paper: what a client reads from a stranger's spreadsheet.
PAPER_FILE_BYTES_MAX: Final = 4 * 1024 * 1024
PAPER_UNPACKED_BYTES_MAX: Final = 8 * 1024 * 1024  # of a workbook, which is a zip file: seconds to parse at worst
PAPER_PARTS_MAX: Final = 500
PAPER_SHEETS_MAX: Final = 50
PAPER_ROWS_MAX: Final = 5_000  # with something in them; a village bank has a few hundred balances
PAPER_PLACES_MAX: Final = 1_048_576  # the rows of a sheet, most of them empty
PAPER_COLUMNS_MAX: Final = 40
PAPER_CELL_CHARACTERS_MAX: Final = 200
PAPER_HEADING_ROWS_MAX: Final = 20  # headings stand within the first rows, below a title
PAPER_MISTAKES_MAX: Final = 200  # told of one file; more help nobody
