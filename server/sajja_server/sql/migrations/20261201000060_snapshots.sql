-- migrate:up
-- The whole books as of some entries, packed, so that any past entry is answered by folding on from the nearest one.
-- They speed up and nothing else: each can be removed at any time, and those of other code are.

CREATE SCHEMA past;
CREATE TABLE past.snapshot (
    network text   NOT NULL,
    index   bigint NOT NULL, -- of the next entry
    code    bytea  NOT NULL, -- the hash of the code that folded
    tip     bytea  NOT NULL, -- the hash of the last entry that is in it
    books   bytea  NOT NULL, -- MessagePack, deflated
    PRIMARY KEY (network, code, index)
);
ALTER TABLE past.snapshot ALTER COLUMN books SET STORAGE EXTERNAL; -- it is deflated already

GRANT USAGE ON SCHEMA past TO sajja_app;
GRANT SELECT, INSERT, DELETE ON past.snapshot TO sajja_app;

-- migrate:down
DROP SCHEMA past CASCADE;
