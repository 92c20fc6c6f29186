-- migrate:up
-- What is derived from the log. All of it can be dropped and rebuilt; nothing in it is anybody's word.

CREATE SCHEMA books;

-- The fold's memory beside the tables: who may do what, and what waits. State and index commit together.
CREATE TABLE books.state (
    network text   PRIMARY KEY,
    version int    NOT NULL,
    index   bigint NOT NULL, -- of the next entry
    memory  bytea  NOT NULL
);
CREATE TABLE books.balance (
    network       text   NOT NULL,
    ledger        text   NOT NULL,
    account       int    NOT NULL,
    sub           text   NOT NULL, -- empty where the account has no sub-ledger
    -- Positive for a debit. Not a bigint: one entry may say 2^53 - 1, and a sum of what a stolen tablet says must not
    -- stop the books of everybody.
    amount_satang numeric NOT NULL,
    PRIMARY KEY (network, ledger, account, sub)
);
CREATE TABLE books.member (
    network    text    NOT NULL,
    village    text    NOT NULL,
    member     text    NOT NULL,
    gender     text    NOT NULL,
    in_bank    int     NOT NULL, -- admissions less exits: a member where more than 0
    in_welfare int     NOT NULL, -- likewise
    PRIMARY KEY (network, village, member)
);
CREATE TABLE books.quarantined (
    network text  NOT NULL,
    hash    bytea NOT NULL,
    code    text  NOT NULL,
    PRIMARY KEY (network, hash)
);
CREATE TABLE books.device (
    network          text    NOT NULL,
    device           bytea   NOT NULL,
    key              bytea   NOT NULL,
    unit             text    NOT NULL,
    label            text    NOT NULL,
    revoked          boolean NOT NULL,
    entries          bigint  NOT NULL,
    sequence         bigint  NOT NULL,
    last_index       bigint,
    last_received_at bigint,
    PRIMARY KEY (network, device)
);

GRANT USAGE ON SCHEMA books TO sajja_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA books TO sajja_app;

-- migrate:down
DROP SCHEMA books CASCADE;
