-- migrate:up
-- Passkeys of people: a public key that stands for password and second factor. Nothing here is secret.

CREATE TABLE sajja.passkey (
    network    text   NOT NULL,
    credential bytea  NOT NULL CHECK (length(credential) BETWEEN 1 AND 1023),
    name       text   NOT NULL, -- whose account
    label      text   NOT NULL CHECK (length(label) BETWEEN 1 AND 40), -- what its owner calls it
    public_key bytea  NOT NULL CHECK (length(public_key) BETWEEN 1 AND 2048),
    uses       bigint NOT NULL, -- as its authenticator counts; 0 where it does not
    added_at   bigint NOT NULL,
    used_at    bigint,
    PRIMARY KEY (network, credential),
    FOREIGN KEY (network, name) REFERENCES sajja.account ON DELETE CASCADE
);
CREATE INDEX passkey_name ON sajja.passkey (network, name);

-- A challenge is good once: those that were answered, until they would have ended anyway.
CREATE TABLE sajja.passkey_answered (
    network   text   NOT NULL REFERENCES sajja.log_head,
    challenge bytea  NOT NULL CHECK (length(challenge) = 40),
    until     bigint NOT NULL,
    PRIMARY KEY (network, challenge)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON sajja.passkey TO sajja_app;
GRANT SELECT, INSERT, DELETE ON sajja.passkey_answered TO sajja_app;

-- migrate:down
DROP TABLE sajja.passkey_answered;
DROP TABLE sajja.passkey;
