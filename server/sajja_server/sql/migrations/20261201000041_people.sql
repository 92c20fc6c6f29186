-- migrate:up
-- Accounts of people: who may read, never who may record (that is the log's). Nothing here is derived from the log.

CREATE TABLE sajja.account (
    network          text   NOT NULL REFERENCES sajja.log_head,
    name             text   NOT NULL CHECK (length(name) BETWEEN 2 AND 40), -- what is typed at sign-in
    role             text   NOT NULL,
    village          text, -- whose committee; absent for the other roles
    created_at       bigint NOT NULL,
    -- A one-time code sets the account up; what is kept of it is its SHA-256.
    setup_hash       bytea,
    setup_expires_at bigint,
    -- The secret of the second factor is made of this and of the server's own secret, which is in no database.
    factor_nonce     bytea  NOT NULL CHECK (length(factor_nonce) = 16),
    factor_step      bigint NOT NULL DEFAULT 0, -- the newest step whose code was used: a code is good once
    password_hash    text, -- argon2id, with its parameters; absent until set up
    disabled_at      bigint,
    seen_at          bigint,
    PRIMARY KEY (network, name),
    CHECK ((role = 'village_committee') = (village IS NOT NULL))
);
CREATE UNIQUE INDEX account_setup ON sajja.account (network, setup_hash);

CREATE TABLE sajja.account_recovery (
    network   text  NOT NULL,
    name      text  NOT NULL,
    code_hash bytea NOT NULL CHECK (length(code_hash) = 32),
    PRIMARY KEY (network, name, code_hash),
    FOREIGN KEY (network, name) REFERENCES sajja.account ON DELETE CASCADE
);

-- Sessions of people: opaque tokens, kept as hashes. They end when idle, and for good at expires_at.
CREATE TABLE sajja.account_session (
    network    text   NOT NULL,
    token_hash bytea  NOT NULL CHECK (length(token_hash) = 32),
    name       text   NOT NULL,
    opened_at  bigint NOT NULL,
    seen_at    bigint NOT NULL,
    expires_at bigint NOT NULL,
    PRIMARY KEY (network, token_hash),
    FOREIGN KEY (network, name) REFERENCES sajja.account ON DELETE CASCADE
);
CREATE INDEX account_session_name ON sajja.account_session (network, name);

-- A device's open sessions are counted when it opens another.
CREATE INDEX device_session_device ON sajja.device_session (network, device);

GRANT SELECT, INSERT, UPDATE ON sajja.account TO sajja_app;
GRANT SELECT, INSERT, DELETE ON sajja.account_recovery TO sajja_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON sajja.account_session TO sajja_app;

-- migrate:down
DROP INDEX sajja.device_session_device;
DROP TABLE sajja.account_session;
DROP TABLE sajja.account_recovery;
DROP TABLE sajja.account;
