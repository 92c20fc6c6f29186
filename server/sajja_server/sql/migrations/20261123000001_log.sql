-- migrate:up
-- The network log and its heads. Everything is keyed by network: one network never needs a row of another.
-- The role `sajja_app` (sql/roles.sql) is what the server runs as. It can add an entry; it can never change or remove one.

CREATE SCHEMA sajja;

-- One row a network. Whoever holds it numbers entries; there is no other lock.
CREATE TABLE sajja.log_head (
    network     text   PRIMARY KEY,
    fingerprint bytea  NOT NULL CHECK (length(fingerprint) = 32),
    size        bigint NOT NULL DEFAULT 0 CHECK (size >= 0)
);

CREATE TABLE sajja.feed_head (
    network text   NOT NULL REFERENCES sajja.log_head,
    village text   NOT NULL,
    size    bigint NOT NULL CHECK (size > 0),
    PRIMARY KEY (network, village)
);

-- `sequence` and `hash` are the end of a device's one log: the branch that came first. `top` is the highest sequence
-- stored on any branch, so that a push of what is new needs no look at the entries.
CREATE TABLE sajja.device_head (
    network  text   NOT NULL REFERENCES sajja.log_head,
    device   bytea  NOT NULL CHECK (length(device) = 32),
    key      bytea  NOT NULL CHECK (length(key) = 32),
    sequence bigint NOT NULL,
    hash     bytea  NOT NULL CHECK (length(hash) = 32),
    top      bigint NOT NULL,
    forks    bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (network, device)
);

CREATE TABLE sajja.entry (
    network       text   NOT NULL,
    index         bigint NOT NULL,
    village       text   NOT NULL,
    feed_sequence bigint NOT NULL,
    device        bytea  NOT NULL,
    sequence      bigint NOT NULL,
    hash          bytea  NOT NULL CHECK (length(hash) = 32),
    previous      bytea  NOT NULL CHECK (length(previous) = 32),
    body          bytea  NOT NULL,
    signature     bytea  NOT NULL CHECK (length(signature) = 64),
    received_at   bigint NOT NULL, -- milliseconds since 1970, the server's clock as it is
    CONSTRAINT entry_index PRIMARY KEY (network, index),
    CONSTRAINT entry_feed_sequence UNIQUE (network, village, feed_sequence),
    -- Finds duplicates, predecessors and forks. A hash alone would be spread over the whole index at every push.
    CONSTRAINT entry_place UNIQUE (network, device, sequence, hash)
);
-- Bodies hardly compress and are read whole.
ALTER TABLE sajja.entry ALTER COLUMN body SET STORAGE EXTERNAL;

-- Privilege is what keeps entries as they are; this says so again to the owner, who holds every privilege.
CREATE FUNCTION sajja.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an entry is never changed or removed' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER entry_is_for_ever BEFORE UPDATE OR DELETE ON sajja.entry
    FOR EACH ROW EXECUTE FUNCTION sajja.refuse_change();
CREATE TRIGGER entry_is_for_ever_whole BEFORE TRUNCATE ON sajja.entry
    FOR EACH STATEMENT EXECUTE FUNCTION sajja.refuse_change();

-- What was rejected: counted, and a bounded sample kept for whoever asks what happened.
CREATE TABLE sajja.rejected_count (
    network text   NOT NULL REFERENCES sajja.log_head,
    code    text   NOT NULL,
    count   bigint NOT NULL,
    PRIMARY KEY (network, code)
);
CREATE TABLE sajja.evidence (
    network     text   NOT NULL REFERENCES sajja.log_head,
    id          bigint GENERATED ALWAYS AS IDENTITY,
    code        text   NOT NULL,
    received_at bigint NOT NULL,
    sent_by     bytea  NOT NULL, -- the device whose session carried it
    line        bytea  NOT NULL,
    PRIMARY KEY (network, id)
);

-- Sessions of devices: opaque tokens and challenges, kept as hashes only.
CREATE TABLE sajja.session_challenge (
    challenge_hash bytea  PRIMARY KEY,
    network        text   NOT NULL REFERENCES sajja.log_head,
    device         bytea  NOT NULL,
    expires_at     bigint NOT NULL
);
CREATE TABLE sajja.device_session (
    token_hash bytea  PRIMARY KEY,
    network    text   NOT NULL REFERENCES sajja.log_head,
    device     bytea  NOT NULL,
    village    text   NOT NULL,
    expires_at bigint NOT NULL
);
-- When a device was last heard, whether or not it brought an entry.
CREATE TABLE sajja.device_contact (
    network text   NOT NULL REFERENCES sajja.log_head,
    device  bytea  NOT NULL,
    seen_at bigint NOT NULL,
    PRIMARY KEY (network, device)
);

GRANT SELECT ON schema_migrations TO sajja_app; -- so that the server can tell whether it speaks to its own schema
GRANT USAGE ON SCHEMA sajja TO sajja_app;
GRANT SELECT, INSERT ON sajja.entry TO sajja_app;
GRANT SELECT, INSERT, UPDATE ON sajja.log_head, sajja.feed_head, sajja.device_head TO sajja_app;
GRANT SELECT, INSERT, UPDATE ON sajja.rejected_count, sajja.device_contact TO sajja_app;
GRANT SELECT, INSERT, DELETE ON sajja.evidence TO sajja_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON sajja.session_challenge, sajja.device_session TO sajja_app;

-- migrate:down
DROP SCHEMA sajja CASCADE;
