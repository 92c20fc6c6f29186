-- migrate:up
-- The fold's memory in rows, so that a batch writes what it changed and not all there is. One blob held it before; the
-- books fold again, since what they remember has another shape.

CREATE TABLE books.part (
    network text  NOT NULL,
    part    text  NOT NULL, -- which of the memory's mappings, or the struct that the field `key` is of
    key     text  NOT NULL, -- JSON
    data    bytea NOT NULL, -- MessagePack
    PRIMARY KEY (network, part, key)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON books.part TO sajja_app;
ALTER TABLE books.state DROP COLUMN memory;

-- migrate:down
DROP TABLE books.part;
ALTER TABLE books.state ADD COLUMN memory bytea NOT NULL DEFAULT ''; -- of a version that nobody reads: folded again
ALTER TABLE books.state ALTER COLUMN memory DROP DEFAULT;
