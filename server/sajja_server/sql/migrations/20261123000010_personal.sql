-- migrate:up
-- Personal parts: detached data that entries commit to. These rows can be deleted; no entry can. There is no UPDATE.

CREATE TABLE sajja.personal (
    network     text   NOT NULL REFERENCES sajja.log_head,
    commitment  bytea  NOT NULL CHECK (length(commitment) = 32),
    -- The entry that names it, and its village: whoever reads that feed may read the part.
    village     text   NOT NULL,
    device      bytea  NOT NULL,
    sequence    bigint NOT NULL,
    hash        bytea  NOT NULL CHECK (length(hash) = 32),
    member      text, -- the pseudonymous id whose part it is; absent where the entry is nobody's
    salt        bytea  NOT NULL CHECK (length(salt) = 16),
    data        bytea  NOT NULL,
    received_at bigint NOT NULL,
    PRIMARY KEY (network, commitment)
);
CREATE INDEX personal_entry ON sajja.personal (network, hash);

-- By which one person is found in two places: a keyed hash of the identity number. The key is in no database. It goes
-- with its part, whoever deletes that.
CREATE TABLE sajja.person_hash (
    network    text  NOT NULL,
    commitment bytea NOT NULL,
    key_id     bytea NOT NULL, -- of the secret that made it: hashes of two secrets cannot be compared
    hash       bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (network, commitment),
    FOREIGN KEY (network, commitment) REFERENCES sajja.personal ON DELETE CASCADE
);
CREATE INDEX person_hash_hash ON sajja.person_hash (network, hash);

-- What was erased and is not taken again. Nothing in it is secret or personal.
CREATE TABLE sajja.personal_tombstone (
    network    text  NOT NULL REFERENCES sajja.log_head,
    village    text  NOT NULL,
    hash       bytea NOT NULL CHECK (length(hash) = 32), -- of the entry that named the part
    commitment bytea, -- absent where that entry names none
    PRIMARY KEY (network, village, hash)
);
CREATE INDEX personal_tombstone_commitment ON sajja.personal_tombstone (network, commitment);

-- The entries whose parts a counted erasure names: derived from the log, so it can be applied after any restore.
CREATE TABLE books.erased (
    network  text   NOT NULL,
    village  text   NOT NULL,
    device   bytea  NOT NULL,
    sequence bigint NOT NULL,
    hash     bytea  NOT NULL,
    PRIMARY KEY (network, village, hash)
);

GRANT SELECT, INSERT, DELETE ON sajja.personal, sajja.person_hash TO sajja_app;
GRANT SELECT, INSERT ON sajja.personal_tombstone TO sajja_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON books.erased TO sajja_app;

-- migrate:down
DROP TABLE books.erased;
DROP TABLE sajja.personal_tombstone;
DROP TABLE sajja.person_hash;
DROP TABLE sajja.personal;
