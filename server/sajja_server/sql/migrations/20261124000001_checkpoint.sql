-- migrate:up
-- What was published of a network's log: one root for each size of an origin, as it was signed.

CREATE TABLE sajja.checkpoint (
    network      text   NOT NULL REFERENCES sajja.log_head,
    origin       text   NOT NULL,
    epoch        bigint NOT NULL, -- the last part of the origin: the newest checkpoint is of the greatest epoch
    size         bigint NOT NULL CHECK (size >= 0),
    root         bytea  NOT NULL CHECK (length(root) = 32),
    note         bytea  NOT NULL,
    published_at bigint NOT NULL,
    PRIMARY KEY (network, origin, size),
    UNIQUE (network, epoch, size)
);
CREATE TRIGGER checkpoint_is_for_ever BEFORE UPDATE OR DELETE ON sajja.checkpoint
    FOR EACH ROW EXECUTE FUNCTION sajja.refuse_change();
CREATE TRIGGER checkpoint_is_for_ever_whole BEFORE TRUNCATE ON sajja.checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION sajja.refuse_change();

-- Under which name and key the log is published, as the fold has it.
CREATE TABLE books.public_log (
    network text  PRIMARY KEY,
    facts   bytea NOT NULL
);
-- The villages witness the server: the last checkpoint that each device acknowledged in an entry,
CREATE TABLE books.witness (
    network text   NOT NULL,
    device  bytea  NOT NULL,
    index   bigint NOT NULL, -- of the entry with the acknowledgement
    origin  text   NOT NULL,
    size    bigint NOT NULL,
    root    bytea  NOT NULL,
    PRIMARY KEY (network, device)
);
-- and every acknowledgement of what was never published here: the log was rewritten, or shown to some otherwise.
CREATE TABLE books.contradiction (
    network text   NOT NULL,
    index   bigint NOT NULL,
    device  bytea  NOT NULL,
    origin  text   NOT NULL,
    size    bigint NOT NULL,
    root    bytea  NOT NULL,
    PRIMARY KEY (network, index)
);

GRANT SELECT, INSERT ON sajja.checkpoint TO sajja_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON books.public_log, books.witness, books.contradiction TO sajja_app;

-- migrate:down
DROP TABLE sajja.checkpoint, books.public_log, books.witness, books.contradiction;
