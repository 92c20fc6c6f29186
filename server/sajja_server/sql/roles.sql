-- The two database roles of the server. Run it in Sajja's own database, as a superuser; running it again changes nothing.
--
--   sajja_app     holds the rights; nobody signs in as it. The migrations grant to it, table by table.
--   sajja_server  signs in and holds nothing. All it may do, it may do as a member of sajja_app.
--
-- Neither owns anything: whoever owns a table may grant themselves DELETE on it, and the promise that entries are never
-- edited rests on the server not being able to. Tables belong to the role that migrates.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'sajja_app') THEN
        CREATE ROLE sajja_app NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'sajja_server') THEN
        CREATE ROLE sajja_server LOGIN IN ROLE sajja_app;
    END IF;
    -- A role of that name from before may lack the membership; granting twice would only earn a notice.
    IF NOT pg_catalog.pg_has_role('sajja_server', 'sajja_app', 'MEMBER') THEN
        GRANT sajja_app TO sajja_server;
    END IF;
END
$$;

-- What every role of a cluster may do without being asked: connect, make temporary tables, and (in databases that began
-- before PostgreSQL 15) create in "public", where a function could shadow one of ours. Here only sajja_app is let in.
DO $$
BEGIN
    EXECUTE pg_catalog.format('REVOKE ALL ON DATABASE %I FROM PUBLIC', pg_catalog.current_database());
    EXECUTE pg_catalog.format('GRANT CONNECT ON DATABASE %I TO sajja_app', pg_catalog.current_database());
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
END
$$;
