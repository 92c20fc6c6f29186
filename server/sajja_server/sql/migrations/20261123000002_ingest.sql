-- migrate:up
-- Take entries into the network log: judge, number, store, answer. Signatures are verified before, outside the database.
-- The rule is that of sajja_schemas.chain.Admission; tests/contract holds both to one contract.

CREATE FUNCTION sajja.ingest(
    network text, received_at bigint, keys bytea[], devices bytea[], sequences bigint[], hashes bytea[],
    previouses bytea[], villages text[], bodies bytea[], signatures bytea[], enrolled boolean[]
) RETURNS TABLE (ord bigint, verdict text, code text, index bigint)
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
    head    sajja.log_head;
    taken   bigint[];
    indexes bigint[];
    item    record;
    judged  record;
BEGIN
    -- The head first, and no other lock. Whoever holds it sees every entry before this one, so judging and numbering
    -- cannot race, and index order is commit order: a reader that follows the index never passes over an entry that
    -- commits late.
    SELECT * INTO STRICT head FROM sajja.log_head WHERE log_head.network = ingest.network FOR UPDATE;

    -- Most pushes are straight: what a device sends continues its log entry by entry. Those go in together.
    SELECT COALESCE(array_agg(s.ord), '{}'), COALESCE(array_agg(s.index), '{}') INTO taken, indexes
    FROM sajja.ingest_straight(
        head, received_at, keys, devices, sequences, hashes, previouses, villages, bodies, signatures, enrolled) AS s;
    RETURN QUERY SELECT s.ord, 'merged', NULL::text, s.index FROM unnest(taken, indexes) AS s (ord, index);
    head.size := head.size + cardinality(taken);

    -- The rest one by one: repetitions, forks, gaps, strangers. Each sees what the ones before it stored.
    IF cardinality(taken) < cardinality(hashes) THEN
        FOR item IN
            SELECT i.* FROM unnest(keys, devices, sequences, hashes, previouses, villages, bodies, signatures, enrolled)
                WITH ORDINALITY AS i (key, device, sequence, hash, previous, village, body, signature, enrolled, ord)
            WHERE NOT i.ord = ANY (taken) ORDER BY i.ord
        LOOP
            SELECT * INTO judged FROM sajja.ingest_one(head, received_at, item.key, item.device, item.sequence,
                item.hash, item.previous, item.village, item.body, item.signature, item.enrolled);
            IF judged.verdict IN ('merged', 'forked') THEN
                head.size := head.size + 1;
            END IF;
            ord := item.ord; verdict := judged.verdict; code := judged.code; index := judged.index;
            RETURN NEXT;
        END LOOP;
    END IF;

    UPDATE sajja.log_head SET size = head.size WHERE log_head.network = ingest.network;
END
$$;

-- Entries of devices whose whole part of the push continues their log: numbered and stored in one statement.
CREATE FUNCTION sajja.ingest_straight(
    head sajja.log_head, received_at bigint, keys bytea[], devices bytea[], sequences bigint[], hashes bytea[],
    previouses bytea[], villages text[], bodies bytea[], signatures bytea[], enrolled boolean[]
) RETURNS TABLE (ord bigint, index bigint)
LANGUAGE sql VOLATILE AS $$
    WITH item AS (
        SELECT i.*,
            i.enrolled
            -- Nothing is stored at this sequence on any branch, so it repeats nothing and forks nothing.
            AND i.sequence > COALESCE(d.top, 0)
            AND i.sequence = COALESCE(d.sequence, 0) + row_number() OVER device_order
            AND i.previous = COALESCE(lag(i.hash) OVER device_order, d.hash,
                                      CASE WHEN (head).size > 0 THEN (head).fingerprint END) AS follows
        FROM unnest(devices, sequences, hashes, previouses, villages, enrolled)
            WITH ORDINALITY AS i (device, sequence, hash, previous, village, enrolled, ord)
        LEFT JOIN sajja.device_head d ON d.network = (head).network AND d.device = i.device
        WINDOW device_order AS (PARTITION BY i.device ORDER BY i.ord)
    ),
    judged AS (
        SELECT item.*, bool_and(COALESCE(follows, false)) OVER (PARTITION BY device) AS is_straight FROM item
    ),
    numbered AS MATERIALIZED (
        SELECT j.ord, j.device, j.sequence, j.hash, j.previous, j.village,
            (head).size - 1 + row_number() OVER (ORDER BY j.ord) AS index,
            COALESCE(f.size, 0) + row_number() OVER (PARTITION BY j.village ORDER BY j.ord) AS feed_sequence
        FROM judged j
        LEFT JOIN sajja.feed_head f ON f.network = (head).network AND f.village = j.village
        WHERE j.is_straight
    ),
    stored AS (
        -- The bodies come in here, and not before: what is judged stays narrow.
        INSERT INTO sajja.entry (network, index, village, feed_sequence, device, sequence, hash, previous, body,
                                 signature, received_at)
        SELECT (head).network, n.index, n.village, n.feed_sequence, n.device, n.sequence, n.hash, n.previous, b.body,
               b.signature, received_at
        FROM numbered n
        JOIN unnest(bodies, signatures) WITH ORDINALITY AS b (body, signature, ord) USING (ord)
        ORDER BY n.index
    ),
    feeds AS (
        INSERT INTO sajja.feed_head AS f (network, village, size)
        SELECT (head).network, village, max(feed_sequence) FROM numbered GROUP BY village
        ON CONFLICT (network, village) DO UPDATE SET size = excluded.size
    ),
    heads AS (
        INSERT INTO sajja.device_head AS d (network, device, key, sequence, hash, top)
        SELECT DISTINCT ON (n.device) (head).network, n.device, k.key, n.sequence, n.hash, n.sequence
        FROM numbered n JOIN unnest(keys) WITH ORDINALITY AS k (key, ord) USING (ord) ORDER BY n.device, n.ord DESC
        ON CONFLICT (network, device)
            DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash, top = excluded.top
    )
    SELECT ord, index FROM numbered ORDER BY ord
$$;

-- One entry, by the whole rule.
CREATE FUNCTION sajja.ingest_one(
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

-- migrate:down
DROP FUNCTION sajja.ingest_one;
DROP FUNCTION sajja.ingest_straight;
DROP FUNCTION sajja.ingest;
