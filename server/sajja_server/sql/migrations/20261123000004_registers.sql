-- migrate:up
-- What the books know besides balances: a row a loan, member, claim, meeting, or month of income and expense.

CREATE TABLE books.register (
    network  text  NOT NULL,
    register text  NOT NULL,
    subject  text  NOT NULL, -- the first word of the key: most often a ledger or a village
    key      text  NOT NULL, -- JSON
    facts    bytea NOT NULL, -- MessagePack: every fact with its number
    PRIMARY KEY (network, register, subject, key)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON books.register TO sajja_app;

-- Members are a register like any other. The books fold again, since what they remember has another shape.
DROP TABLE books.member;

-- migrate:down
CREATE TABLE books.member (
    network    text    NOT NULL,
    village    text    NOT NULL,
    member     text    NOT NULL,
    gender     text    NOT NULL,
    in_bank    int     NOT NULL, -- admissions less exits: a member where more than 0
    in_welfare int     NOT NULL, -- likewise
    PRIMARY KEY (network, village, member)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON books.member TO sajja_app;
DROP TABLE books.register;
