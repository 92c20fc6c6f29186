-- migrate:up
-- Entries come in by runs: entries that follow each other in one device's log and belong to one feed. What is judged and
-- numbered is a row a run, not a row an entry. That the entries of a run are chained is so by construction: all but the
-- first have no sequence and no predecessor of their own in the call. The rule is what it was, and so is `ingest_one`.

DROP FUNCTION sajja.ingest;
DROP FUNCTION sajja.ingest_straight;

-- Gives: from entry `ord` of the call on, so many have this verdict; where they are stored, they stand from `index` on.
CREATE FUNCTION sajja.ingest(
    network text, received_at bigint,
    -- An element a run: its device, feed and length; sequence and predecessor of its first entry, hash of its last.
    devices bytea[], keys bytea[], enrolled boolean[], villages text[], counts int[],
    sequences bigint[], previouses bytea[], lasts bytea[],
    -- An element an entry, run after run.
    hashes bytea[], bodies bytea[], signatures bytea[]
) RETURNS TABLE (ord bigint, entries bigint, verdict text, code text, index bigint)
LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
    head     sajja.log_head;
    straight bigint[]; -- the runs of the first kind
    item     record;
    judged   record;
BEGIN
    -- The head first, and no other lock. Whoever holds it sees every entry before this one, so judging and numbering
    -- cannot race, and index order is commit order: a reader that follows the index never passes over an entry that
    -- commits late.
    SELECT * INTO STRICT head FROM sajja.log_head WHERE log_head.network = ingest.network FOR UPDATE;

    -- Most pushes are straight: what a device sends continues its log entry by entry. Those go in together.
    FOR item IN SELECT * FROM sajja.ingest_straight(head, received_at, devices, keys, enrolled, villages, counts,
        sequences, previouses, lasts, hashes, bodies, signatures)
    LOOP
        ord := item.ord; entries := item.entries; verdict := 'merged'; code := NULL; index := item.index;
        straight := straight || item.run;
        RETURN NEXT;
        head.size := head.size + item.entries;
    END LOOP;

    -- The rest one by one: repetitions, forks, gaps, strangers. Each sees what the ones before it stored.
    IF cardinality(counts) > COALESCE(cardinality(straight), 0) THEN
        FOR item IN
            WITH run AS (
                SELECT r.*, sum(r.count) OVER (ORDER BY r.run) - r.count AS before
                FROM unnest(devices, keys, enrolled, villages, counts, sequences, previouses)
                    WITH ORDINALITY AS r (device, key, enrolled, village, count, sequence, previous, run)
            )
            SELECT run.device, run.key, run.enrolled, run.village, run.sequence + n AS sequence, e.ord, e.hash,
                CASE WHEN n = 0 THEN run.previous ELSE e.hash_before END AS previous, e.body, e.signature
            FROM run CROSS JOIN generate_series(0, run.count - 1) AS n
            JOIN unnest(hashes, array_prepend(NULL, hashes), bodies, signatures)
                WITH ORDINALITY AS e (hash, hash_before, body, signature, ord) ON e.ord = run.before + n + 1
            WHERE NOT run.run = ANY (COALESCE(straight, '{}')) ORDER BY e.ord
        LOOP
            SELECT * INTO judged FROM sajja.ingest_one(head, received_at, item.key, item.device, item.sequence,
                item.hash, item.previous, item.village, item.body, item.signature, item.enrolled);
            IF judged.verdict IN ('merged', 'forked') THEN
                head.size := head.size + 1;
            END IF;
            ord := item.ord; entries := 1; verdict := judged.verdict; code := judged.code; index := judged.index;
            RETURN NEXT;
        END LOOP;
    END IF;

    UPDATE sajja.log_head SET size = head.size WHERE log_head.network = ingest.network;
END
$$;

-- Runs of devices whose whole part of the call continues their log: numbered and stored in one statement, whose plan
-- PL/pgSQL keeps. `ord` is where a run begins in the call.
CREATE FUNCTION sajja.ingest_straight(
    head sajja.log_head, received_at bigint, devices bytea[], keys bytea[], enrolled boolean[], villages text[],
    counts int[], sequences bigint[], previouses bytea[], lasts bytea[], hashes bytea[], bodies bytea[],
    signatures bytea[]
) RETURNS TABLE (run bigint, ord bigint, entries bigint, index bigint)
LANGUAGE plpgsql VOLATILE
-- Planned once a session: for a push of twenty entries, planning takes longer than all that is planned.
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH item AS (
        SELECT r.*, sum(r.count) OVER (ORDER BY r.run) - r.count AS before,
            r.enrolled
            -- Nothing is stored at this sequence on any branch, so it repeats nothing and forks nothing.
            AND r.sequence > COALESCE(d.top, 0)
            AND r.sequence = COALESCE(lag(r.sequence + r.count) OVER device_order, d.sequence + 1, 1)
            AND r.previous = COALESCE(lag(r.last) OVER device_order, d.hash,
                                      CASE WHEN head.size > 0 THEN head.fingerprint END) AS follows
        FROM unnest(devices, keys, enrolled, villages, counts, sequences, previouses, lasts)
            WITH ORDINALITY AS r (device, key, enrolled, village, count, sequence, previous, last, run)
        LEFT JOIN sajja.device_head d ON d.network = head.network AND d.device = r.device
        WINDOW device_order AS (PARTITION BY r.device ORDER BY r.run)
    ),
    judged AS (
        SELECT item.*, bool_and(COALESCE(follows, false)) OVER (PARTITION BY device) AS is_straight FROM item
    ),
    numbered AS MATERIALIZED (
        SELECT j.*, head.size + sum(j.count) OVER (ORDER BY j.run) - j.count AS index,
            COALESCE(f.size, 0) + sum(j.count) OVER (PARTITION BY j.village ORDER BY j.run) AS feed_size
        FROM judged j
        LEFT JOIN sajja.feed_head f ON f.network = head.network AND f.village = j.village
        WHERE j.is_straight
    ),
    stored AS (
        -- The entries come in here, and not before: what is judged stays narrow.
        INSERT INTO sajja.entry (network, index, village, feed_sequence, device, sequence, hash, previous, body,
                                 signature, received_at)
        SELECT head.network, r.index + n, r.village, r.feed_size - r.count + n + 1, r.device, r.sequence + n, e.hash,
            CASE WHEN n = 0 THEN r.previous ELSE e.hash_before END, e.body, e.signature, received_at
        FROM numbered r CROSS JOIN generate_series(0, r.count - 1) AS n
        JOIN unnest(hashes, array_prepend(NULL, hashes), bodies, signatures)
            WITH ORDINALITY AS e (hash, hash_before, body, signature, ord) ON e.ord = r.before + n + 1
    ),
    feeds AS (
        INSERT INTO sajja.feed_head AS f (network, village, size)
        SELECT head.network, village, max(feed_size) FROM numbered GROUP BY village
        ON CONFLICT (network, village) DO UPDATE SET size = excluded.size
    ),
    heads AS (
        INSERT INTO sajja.device_head AS d (network, device, key, sequence, hash, top)
        SELECT DISTINCT ON (r.device) head.network, r.device, r.key, r.sequence + r.count - 1, r.last,
            r.sequence + r.count - 1
        FROM numbered r ORDER BY r.device, r.run DESC
        ON CONFLICT (network, device)
            DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash, top = excluded.top
    )
    SELECT r.run, (r.before + 1)::bigint, r.count::bigint, r.index::bigint FROM numbered r ORDER BY r.run;
END
$$;

-- migrate:down
DROP FUNCTION sajja.ingest_straight;
DROP FUNCTION sajja.ingest;
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
