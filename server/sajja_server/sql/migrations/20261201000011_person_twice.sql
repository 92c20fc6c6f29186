-- migrate:up
-- One person in several places is looked for whenever somebody reads what stands: by hash, and then by member.
CREATE INDEX person_hash_key ON sajja.person_hash (network, key_id, hash);
DROP INDEX sajja.person_hash_hash;
CREATE INDEX personal_member ON sajja.personal (network, village, member);

-- migrate:down
DROP INDEX sajja.personal_member;
CREATE INDEX person_hash_hash ON sajja.person_hash (network, hash);
DROP INDEX sajja.person_hash_key;
