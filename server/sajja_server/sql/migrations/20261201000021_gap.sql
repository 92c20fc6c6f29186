-- migrate:up
-- Where the office has declared entries of a device lost for ever, its log goes on behind them.
-- The books write a row when a `gap_declared` counts; `sajja.ingest_one` reads it under the network's head row, so that
-- every process judges alike, however old its memory is. Nothing depends on when a row came: what is held is offered
-- again.

CREATE TABLE books.gap (
    network       text   NOT NULL,
    device        bytea  NOT NULL CHECK (length(device) = 32),
    last_sequence bigint NOT NULL,
    last_hash     bytea  NOT NULL CHECK (length(last_hash) = 32),
    next_sequence bigint NOT NULL,
    next_previous bytea  NOT NULL CHECK (length(next_previous) = 32),
    PRIMARY KEY (network, device, next_sequence, next_previous, last_sequence, last_hash)
);
GRANT SELECT, INSERT, DELETE ON books.gap TO sajja_app;

-- One entry, by the whole rule.
CREATE OR REPLACE FUNCTION sajja.ingest_one(
    head sajja.log_head, received_at bigint, key bytea, device bytea, sequence bigint, hash bytea,
    previous bytea, village text, body bytea, signature bytea, enrolled boolean,
    OUT verdict text, OUT code text, OUT index bigint
)
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_variable
DECLARE
    network   text := (head).network;
    no_hash   bytea := decode(repeat('00', 32), 'hex');
    forks_max bigint := 1000; -- sajja_schemas.limits.FORKED_ENTRIES_MAX; a test holds the two together
    known     sajja.device_head;
    feed_size bigint;
    is_behind boolean := false; -- a declared gap
BEGIN
    SELECT e.index INTO index FROM sajja.entry e
        WHERE e.network = network AND e.device = device AND e.sequence = sequence AND e.hash = hash;
    IF FOUND THEN
        verdict := 'duplicate';
        RETURN;
    END IF;
    IF NOT enrolled THEN
        verdict := 'held'; code := 'device_not_enrolled';
        RETURN;
    END IF;
    IF NOT (CASE
        WHEN hash = (head).fingerprint THEN sequence = 1 AND previous = no_hash
        WHEN sequence = 1 THEN previous = (head).fingerprint AND (head).size > 0
        ELSE EXISTS (SELECT FROM sajja.entry e WHERE e.network = network AND e.device = device
                     AND e.sequence = ingest_one.sequence - 1 AND e.hash = previous)
    END) THEN
        is_behind := sequence > 1 AND EXISTS (
            SELECT FROM books.gap g WHERE g.network = network AND g.device = device
                AND g.next_sequence = sequence AND g.next_previous = previous
                AND (EXISTS (SELECT FROM sajja.entry e WHERE e.network = network AND e.device = device
                             AND e.sequence = g.last_sequence AND e.hash = g.last_hash)
                     OR (g.last_sequence = 0 AND g.last_hash = (head).fingerprint)));
        IF NOT is_behind THEN
            verdict := 'held'; code := 'predecessor_missing';
            RETURN;
        END IF;
    END IF;
    SELECT * INTO known FROM sajja.device_head d WHERE d.network = network AND d.device = device;
    IF EXISTS (SELECT FROM sajja.entry e WHERE e.network = network AND e.device = device
               AND e.sequence = ingest_one.sequence AND e.previous = ingest_one.previous) THEN
        IF known.forks >= forks_max THEN
            verdict := 'held'; code := 'fork_quota';
            RETURN;
        END IF;
        verdict := 'forked';
    ELSE
        verdict := 'merged';
    END IF;

    index := (head).size;
    INSERT INTO sajja.feed_head AS f (network, village, size) VALUES (network, village, 1)
        ON CONFLICT ON CONSTRAINT feed_head_pkey DO UPDATE SET size = f.size + 1 RETURNING f.size INTO feed_size;
    INSERT INTO sajja.entry (network, index, village, feed_sequence, device, sequence, hash, previous, body, signature,
                             received_at)
        VALUES (network, index, village, feed_size, device, sequence, hash, previous, body, signature, received_at);
    IF known.device IS NULL THEN
        INSERT INTO sajja.device_head (network, device, key, sequence, hash, top)
            VALUES (network, device, key, sequence, hash, sequence);
    ELSE
        -- A branch may be lengthened, but the device's log stays the branch that came first; it goes on over a gap.
        UPDATE sajja.device_head d SET
            sequence = CASE WHEN d.hash = previous OR (is_behind AND d.sequence < ingest_one.sequence)
                            THEN ingest_one.sequence ELSE d.sequence END,
            hash = CASE WHEN d.hash = previous OR (is_behind AND d.sequence < ingest_one.sequence)
                        THEN ingest_one.hash ELSE d.hash END,
            top = greatest(d.top, ingest_one.sequence),
            forks = d.forks + (verdict = 'forked')::int
        WHERE d.network = network AND d.device = device;
    END IF;
END
$$;

-- migrate:down
-- One entry, by the whole rule.
CREATE OR REPLACE FUNCTION sajja.ingest_one(
    head sajja.log_head, received_at bigint, key bytea, device bytea, sequence bigint, hash bytea,
    previous bytea, village text, body bytea, signature bytea, enrolled boolean,
    OUT verdict text, OUT code text, OUT index bigint
)
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_variable
DECLARE
    network   text := (head).network;
    no_hash   bytea := decode(repeat('00', 32), 'hex');
    forks_max bigint := 1000; -- sajja_schemas.limits.FORKED_ENTRIES_MAX; a test holds the two together
    known     sajja.device_head;
    feed_size bigint;
BEGIN
    SELECT e.index INTO index FROM sajja.entry e
        WHERE e.network = network AND e.device = device AND e.sequence = sequence AND e.hash = hash;
    IF FOUND THEN
        verdict := 'duplicate';
        RETURN;
    END IF;
    IF NOT enrolled THEN
        verdict := 'held'; code := 'device_not_enrolled';
        RETURN;
    END IF;
    IF NOT (CASE
        WHEN hash = (head).fingerprint THEN sequence = 1 AND previous = no_hash
        WHEN sequence = 1 THEN previous = (head).fingerprint AND (head).size > 0
        ELSE EXISTS (SELECT FROM sajja.entry e WHERE e.network = network AND e.device = device
                     AND e.sequence = ingest_one.sequence - 1 AND e.hash = previous)
    END) THEN
        verdict := 'held'; code := 'predecessor_missing';
        RETURN;
    END IF;
    SELECT * INTO known FROM sajja.device_head d WHERE d.network = network AND d.device = device;
    IF EXISTS (SELECT FROM sajja.entry e WHERE e.network = network AND e.device = device
               AND e.sequence = ingest_one.sequence AND e.previous = ingest_one.previous) THEN
        IF known.forks >= forks_max THEN
            verdict := 'held'; code := 'fork_quota';
            RETURN;
        END IF;
        verdict := 'forked';
    ELSE
        verdict := 'merged';
    END IF;

    index := (head).size;
    INSERT INTO sajja.feed_head AS f (network, village, size) VALUES (network, village, 1)
        ON CONFLICT ON CONSTRAINT feed_head_pkey DO UPDATE SET size = f.size + 1 RETURNING f.size INTO feed_size;
    INSERT INTO sajja.entry (network, index, village, feed_sequence, device, sequence, hash, previous, body, signature,
                             received_at)
        VALUES (network, index, village, feed_size, device, sequence, hash, previous, body, signature, received_at);
    IF known.device IS NULL THEN
        INSERT INTO sajja.device_head (network, device, key, sequence, hash, top)
            VALUES (network, device, key, sequence, hash, sequence);
    ELSE
        -- A branch may be lengthened, but the device's log stays the branch that came first.
        UPDATE sajja.device_head d SET
            sequence = CASE WHEN d.hash = previous THEN ingest_one.sequence ELSE d.sequence END,
            hash = CASE WHEN d.hash = previous THEN ingest_one.hash ELSE d.hash END,
            top = greatest(d.top, ingest_one.sequence),
            forks = d.forks + (verdict = 'forked')::int
        WHERE d.network = network AND d.device = device;
    END IF;
END
$$;
DROP TABLE books.gap;
