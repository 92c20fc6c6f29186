-- migrate:up
-- Two places for what is derived of a network, so that it is built anew in the one while people read the other
-- (docs/adr/0029). Which one they read is one row; to switch is to change it, and no table is made at run time.

CREATE SCHEMA projection;
CREATE SCHEMA books_a;
CREATE SCHEMA books_b;

-- Every build there was of a network: what made it, how far it came, who switched to it and why. Nothing is removed.
CREATE TABLE projection.build (
    network     text   NOT NULL,
    number      bigint NOT NULL, -- 1, 2, 3
    name        text   NOT NULL DEFAULT 'books',
    slot        text   NOT NULL CHECK (slot IN ('a', 'b')),
    version     int    NOT NULL,
    code_hash   bytea, -- of the source that folds; absent where that was never written down
    status      text   NOT NULL CHECK (status IN ('building', 'live', 'retired', 'dropped')),
    started_at  bigint NOT NULL,
    -- As of the switch to it: how many entries it had folded, and what they came to.
    size        bigint,
    root        bytea,
    state_hash  bytea,
    switched_at bigint,
    reason      text, -- why it was switched to
    PRIMARY KEY (network, number)
);
-- A place holds one build at a time.
CREATE UNIQUE INDEX build_in_place ON projection.build (network, slot) WHERE status <> 'dropped';

-- Which build a network's readers see. Whoever folds into the live build holds this row shared while it commits, so a
-- switch sees either all of a batch or nothing of it.
CREATE TABLE projection.live (
    network text   PRIMARY KEY,
    slot    text   NOT NULL CHECK (slot IN ('a', 'b')),
    number  bigint NOT NULL,
    FOREIGN KEY (network, number) REFERENCES projection.build
);

-- What a server has signed of a build: `certificate` is a signed note.
CREATE TABLE projection.certificate (
    network text   NOT NULL,
    number  bigint NOT NULL,
    size    bigint NOT NULL,
    note    bytea  NOT NULL,
    PRIMARY KEY (network, number, size),
    FOREIGN KEY (network, number) REFERENCES projection.build
);

-- What stands today is the first build, in the first place; the second place has the same tables.
INSERT INTO projection.build (network, number, slot, version, status, started_at)
    SELECT network, 1, 'a', version, 'live', 0 FROM books.state;
INSERT INTO projection.live (network, slot, number) SELECT network, 'a', 1 FROM books.state;

-- Gives a table of the first place its twin, and shows the live one of both under the name that readers know.
-- A later migration that adds a table to the builds makes it in books_a, and calls this.
CREATE FUNCTION projection.twin(name text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    columns text := (SELECT string_agg('t.' || quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
                     WHERE attrelid = format('books_a.%I', name)::regclass AND attnum > 0 AND NOT attisdropped);
    shown   text := 'SELECT %s FROM projection.live l JOIN books_%s.%I t ON t.network = l.network WHERE l.slot = %L';
BEGIN
    EXECUTE format('CREATE TABLE books_b.%I (LIKE books_a.%I INCLUDING ALL)', name, name);
    EXECUTE format('CREATE VIEW books.%I AS ', name) || format(shown, columns, 'a', name, 'a')
        || ' UNION ALL ' || format(shown, columns, 'b', name, 'b');
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON books_a.%I, books_b.%I TO sajja_app', name, name);
    EXECUTE format('GRANT SELECT ON books.%I TO sajja_app', name);
END
$$;
REVOKE ALL ON FUNCTION projection.twin FROM PUBLIC;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'state', 'part', 'balance', 'register', 'quarantined', 'device', 'kept_finding', 'finding', 'finding_state',
        'erased', 'public_log', 'witness', 'contradiction', 'gap'
    ] LOOP
        EXECUTE format('ALTER TABLE books.%I SET SCHEMA books_a', name);
        PERFORM projection.twin(name);
    END LOOP;
END
$$;

GRANT USAGE ON SCHEMA projection, books_a, books_b TO sajja_app;
GRANT SELECT, INSERT, UPDATE ON projection.build, projection.live TO sajja_app;
GRANT SELECT, INSERT ON projection.certificate TO sajja_app;

-- migrate:down
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'books_a' LOOP
        EXECUTE format('DROP VIEW books.%I', name);
        EXECUTE format('ALTER TABLE books_a.%I SET SCHEMA books', name);
    END LOOP;
END
$$;
DROP SCHEMA books_a, books_b, projection CASCADE;
