-- migrate:up
-- What the fold found in entries as they counted, by id: a part of its memory, one row each.
CREATE TABLE books.kept_finding (
    network text  NOT NULL,
    id      text  NOT NULL,
    finding bytea NOT NULL,
    PRIMARY KEY (network, id)
);
-- What a person must look at, read from the books whenever they rest; and which books those were.
CREATE TABLE books.finding (
    network  text  NOT NULL,
    name     text  NOT NULL, -- what it is about, and how it stands
    code     text  NOT NULL,
    village  text  NOT NULL,
    severity text  NOT NULL,
    finding  bytea NOT NULL,
    PRIMARY KEY (network, name)
);
CREATE TABLE books.finding_state (
    network text   PRIMARY KEY,
    index   bigint NOT NULL, -- of the next entry
    as_of   date   NOT NULL  -- the day on which ages were counted
);

GRANT SELECT, INSERT, UPDATE, DELETE ON books.kept_finding, books.finding, books.finding_state TO sajja_app;

-- migrate:down
DROP TABLE books.finding_state, books.finding, books.kept_finding;
