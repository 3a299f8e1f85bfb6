import type { Knex } from 'knex';

/**
 * Artifacts (what `oidc-provider` persists through its adapter) and the tombstones of what ended.
 *
 * A store method is one statement that calls one function: what must be atomic is decided inside
 * it, in one round trip, which also works through pgbouncer in transaction mode.
 *
 * Locks. A write reads the tombstones and then inserts; a revocation inserts a tombstone and then
 * deletes what it sees. Without a lock both can miss each other. So every writer takes a shared
 * transaction lock on each thing whose end concerns it (grant, session, account), every revoker
 * the exclusive one, and each following statement of the function (VOLATILE, READ COMMITTED) sees
 * what the other committed. The order is the same everywhere, so that nobody waits in a circle:
 *
 * 1. advisory locks, ascending;
 * 2. tombstones, by key;
 * 3. rows: a rotated refresh token's parent before the token and its siblings (by key), the
 *    token's Grant last; revokers lock what they delete in primary-key order, which cannot meet
 *    the former: whoever locks more than one row holds the advisory locks of 1.
 *
 * Time comes in as `p_now`: the database's clock decides nothing.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(TABLES);
  await knex.raw(LOCKS);
  await knex.raw(SAVE);
  await knex.raw(CONSUME);
  await knex.raw(FIND);
  await knex.raw(END);
  await knex.raw(SWEEP);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop function artifact_sweep, artifact_end_account, artifact_end_session,
      artifact_revoke_grant, artifact_is_denied, artifact_find, artifact_consume, artifact_save, artifact_tombstone,
      artifact_lock_shared, artifact_lock_exclusive, artifact_lock_id;
    drop table tombstones, artifacts;
  `);
}

const TABLES = `
  create table artifacts (
    tenant_id uuid not null references tenants (id) on delete cascade,
    model text collate "C" not null,
    key text collate "C" not null,
    -- json, not jsonb: a request parameter may hold U+0000, which jsonb refuses. Nothing searches it.
    payload json not null,
    expires_at timestamptz not null,
    grant_key text collate "C",
    session_key text collate "C",
    ends_with_session boolean not null default false,
    account_id text collate "C",
    user_code_key text collate "C",
    -- The refresh token that this one succeeds.
    parent_key text collate "C",
    -- When it was first consumed, and until when that may be repeated (refresh tokens).
    consumed_at timestamptz,
    retry_until timestamptz,
    -- When one of its successors was first used: from then on it is used up for good.
    successor_used_at timestamptz,
    -- When a sibling was used first: a dead branch.
    superseded_at timestamptz,
    primary key (tenant_id, model, key)
  ) with (
    -- Room for consumption to be noted in the same page, and a vacuum that keeps up with churn.
    fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.1
  );
  -- What ends something deletes it in portions, in primary-key order: hence model and key.
  -- revokeGrant; endSession's question whether a grant still has refresh tokens.
  create index artifacts_grant on artifacts (tenant_id, grant_key, model, key)
    where grant_key is not null;
  -- endSession; findSessionByUid.
  create index artifacts_session on artifacts (tenant_id, session_key, model, key)
    where session_key is not null;
  -- endAccount.
  create index artifacts_account on artifacts (tenant_id, account_id, model, key)
    where account_id is not null;
  -- findByUserCode.
  create index artifacts_user_code on artifacts (tenant_id, user_code_key)
    where user_code_key is not null;
  -- consume: the siblings of a refresh token.
  create index artifacts_parent on artifacts (tenant_id, parent_key)
    where parent_key is not null;
  -- sweep, countExpired.
  create index artifacts_expiry on artifacts (expires_at);
  -- countSessions.
  create index artifacts_live_sessions on artifacts (expires_at) where model = 'Session';

  create table tombstones (
    tenant_id uuid not null references tenants (id) on delete cascade,
    kind text collate "C" not null check (kind in ('grant', 'session', 'account', 'jti')),
    key text collate "C" not null,
    ended_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (tenant_id, kind, key)
  );
  -- sweep, countExpired.
  create index tombstones_expiry on tombstones (expires_at);
`;

const LOCKS = `
  create function artifact_lock_id(p_tenant uuid, p_kind text, p_key text) returns bigint
  language sql immutable strict parallel safe
  as $$ select hashtextextended(p_kind || ':' || p_tenant::text || ':' || p_key, 7260) $$;

  -- The shared locks of one writer, ascending, whichever of the three are there.
  create function artifact_lock_shared(p_tenant uuid, p_grant text, p_session text, p_account text)
  returns void language plpgsql as $$
  declare
    a bigint := artifact_lock_id(p_tenant, 'grant', p_grant);
    b bigint := artifact_lock_id(p_tenant, 'session', p_session);
    c bigint := artifact_lock_id(p_tenant, 'account', p_account);
    low bigint := least(a, b, c);
    high bigint := greatest(a, b, c);
    middle bigint;
  begin
    -- Exclusive or leaves the one that is neither; one that is absent counts as the lowest.
    middle := coalesce(a, low) # coalesce(b, low) # coalesce(c, low) # low # high;
    perform pg_advisory_xact_lock_shared(low);
    if high <> low then
      if middle <> low and middle <> high then perform pg_advisory_xact_lock_shared(middle); end if;
      perform pg_advisory_xact_lock_shared(high);
    end if;
  end $$;

  -- The exclusive locks of one revoker, ascending.
  create function artifact_lock_exclusive(p_ids bigint[]) returns void language plpgsql as $$
  declare
    id bigint;
  begin
    foreach id in array array(select distinct unnest(p_ids) order by 1) loop
      perform pg_advisory_xact_lock(id);
    end loop;
  end $$;

  create function artifact_tombstone(
    p_tenant uuid, p_kind text, p_keys text[], p_now timestamptz, p_until timestamptz
  ) returns void language sql as $$
    insert into tombstones as t (tenant_id, kind, key, ended_at, expires_at)
    select p_tenant, p_kind, k, p_now, p_until
      from (select distinct unnest(p_keys) collate "C" as k) keys order by k
    on conflict (tenant_id, kind, key) do update set
      ended_at = greatest(t.ended_at, excluded.ended_at),
      expires_at = greatest(t.expires_at, excluded.expires_at)
  $$;
`;

const SAVE = `
  -- Returns saved, ended (a tombstone or a dead family refused it) or present (p_once alone).
  create function artifact_save(
    p_tenant uuid, p_model text, p_key text, p_payload json, p_expires_at timestamptz,
    p_grant text, p_session text, p_ends_with_session boolean, p_account text, p_user_code text,
    p_parent text, p_started_at timestamptz, p_now timestamptz, p_once boolean, p_volatile boolean
  ) returns text language plpgsql as $$
  declare
    ending_session text := case when p_ends_with_session or p_model = 'Session' then p_session end;
    successor_used timestamptz;
  begin
    -- A crash may lose the last moments of these models, and nothing but these.
    if p_volatile then perform set_config('synchronous_commit', 'off', true); end if;

    if coalesce(p_grant, ending_session, p_account) is not null then
      perform artifact_lock_shared(p_tenant, p_grant, ending_session, p_account);
      if exists (
        select from tombstones t
         where t.tenant_id = p_tenant and t.expires_at > p_now
           and (t.kind = 'grant' and t.key = p_grant
             or t.kind = 'session' and t.key = ending_session
             or t.kind = 'account' and t.key = p_account and t.ended_at >= p_started_at)
      ) then
        return 'ended';
      end if;
    end if;

    if p_parent is not null then
      -- The parent's row is what saving a successor and using one are serialised by.
      select a.successor_used_at into successor_used from artifacts a
       where a.tenant_id = p_tenant and a.model = p_model and a.key = p_parent
         and a.expires_at > p_now
         for update;
      -- Replacing what was saved before is not a new successor.
      if (not found or successor_used is not null) and not exists (
        select from artifacts a
         where a.tenant_id = p_tenant and a.model = p_model and a.key = p_key
           and a.parent_key = p_parent and a.expires_at > p_now
      ) then
        return 'ended';
      end if;
    end if;

    insert into artifacts as a (
      tenant_id, model, key, payload, expires_at, grant_key, session_key, ends_with_session,
      account_id, user_code_key, parent_key
    ) values (
      p_tenant, p_model, p_key, p_payload, p_expires_at, p_grant, p_session,
      p_ends_with_session, p_account, p_user_code, p_parent
    )
    on conflict (tenant_id, model, key) do update set
      payload = excluded.payload,
      expires_at = case when a.model = 'Grant' and a.expires_at > p_now
                        then greatest(a.expires_at, excluded.expires_at)
                        else excluded.expires_at end,
      grant_key = excluded.grant_key,
      session_key = excluded.session_key,
      ends_with_session = excluded.ends_with_session,
      account_id = excluded.account_id,
      user_code_key = excluded.user_code_key,
      -- What expired is not there: of it nothing is kept.
      parent_key = case when a.expires_at > p_now
                        then coalesce(a.parent_key, excluded.parent_key)
                        else excluded.parent_key end,
      consumed_at = case when a.expires_at > p_now then a.consumed_at end,
      retry_until = case when a.expires_at > p_now then a.retry_until end,
      successor_used_at = case when a.expires_at > p_now then a.successor_used_at end,
      superseded_at = case when a.expires_at > p_now then a.superseded_at end
    where not p_once or a.expires_at <= p_now;
    if not found then return 'present'; end if;

    if p_model = 'RefreshToken' and p_grant is not null then
      -- A twentieth more than needed: most refreshes then need not touch the Grant.
      update artifacts a
         set expires_at = p_expires_at + 0.05 * (p_expires_at - p_now)
       where a.tenant_id = p_tenant and a.model = 'Grant' and a.key = p_grant
         and a.expires_at > p_now and a.expires_at < p_expires_at;
    end if;
    return 'saved';
  end $$;
`;

const CONSUME = `
  create function artifact_consume(
    p_tenant uuid, p_model text, p_key text, p_retry_window_seconds integer, p_now timestamptz
  ) returns boolean language plpgsql as $$
  declare
    retry_window interval := make_interval(secs => p_retry_window_seconds);
    r record;
  begin
    if p_model <> 'RefreshToken' then
      update artifacts a set consumed_at = p_now
       where a.tenant_id = p_tenant and a.model = p_model and a.key = p_key
         and a.expires_at > p_now and a.consumed_at is null;
      return found;
    end if;

    select a.grant_key, case when a.ends_with_session then a.session_key end as session_key,
           a.account_id, a.parent_key
      into r from artifacts a
     where a.tenant_id = p_tenant and a.model = p_model and a.key = p_key and a.expires_at > p_now;
    if not found then return false; end if;
    if coalesce(r.grant_key, r.session_key, r.account_id) is not null then
      perform artifact_lock_shared(p_tenant, r.grant_key, r.session_key, r.account_id);
    end if;

    -- The parent keeps new siblings out, then the siblings: the parent may be gone, swept.
    if r.parent_key is null then
      perform from artifacts a
        where a.tenant_id = p_tenant and a.model = p_model and a.key = p_key for update;
    else
      perform from artifacts a
        where a.tenant_id = p_tenant and a.model = p_model and a.key = r.parent_key for update;
      perform from artifacts a
        where a.tenant_id = p_tenant and a.parent_key = r.parent_key order by a.key for update;
    end if;

    -- Again, as it is under the locks.
    select a.parent_key, a.consumed_at, a.retry_until, a.successor_used_at, a.superseded_at
      into r from artifacts a
     where a.tenant_id = p_tenant and a.model = p_model and a.key = p_key and a.expires_at > p_now;
    if not found or r.superseded_at is not null or r.successor_used_at is not null then
      return false;
    end if;
    if r.consumed_at is not null then
      return r.retry_until is not null
        and p_now < least(r.retry_until, r.consumed_at + retry_window);
    end if;

    update artifacts a
       set consumed_at = p_now,
           retry_until = case when p_retry_window_seconds > 0 then p_now + retry_window end
     where a.tenant_id = p_tenant and a.model = p_model and a.key = p_key;
    if r.parent_key is not null then
      update artifacts a
         set successor_used_at = p_now, consumed_at = coalesce(a.consumed_at, p_now)
       where a.tenant_id = p_tenant and a.model = p_model and a.key = r.parent_key;
      update artifacts a set superseded_at = p_now
       where a.tenant_id = p_tenant and a.parent_key = r.parent_key and a.key <> p_key
         and a.superseded_at is null;
    end if;
    return true;
  end $$;
`;

const FIND = `
  -- In PL/pgSQL for its cached plan: planning costs more than the look-up.
  create function artifact_find(p_tenant uuid, p_model text, p_key text, p_now timestamptz)
  returns table (payload json, expires_at timestamptz, consumed_at timestamptz, use text)
  language plpgsql stable rows 1 as $$
  begin
    return query
      select a.payload, a.expires_at, a.consumed_at,
             case when a.superseded_at is not null or a.successor_used_at is not null then 'used'
                  when a.consumed_at is null then 'unused'
                  when a.retry_until > p_now then 'retryable'
                  else 'used' end
        from artifacts a
       where a.tenant_id = p_tenant and a.model = p_model and a.key = p_key
         and a.expires_at > p_now;
  end $$;

  create function artifact_is_denied(p_tenant uuid, p_jti text, p_grant text, p_now timestamptz)
  returns boolean language plpgsql stable as $$
  begin
    return exists (
      select from tombstones t
       where t.tenant_id = p_tenant and t.expires_at > p_now
         and (t.kind = 'jti' and t.key = p_jti or t.kind = 'grant' and t.key = p_grant));
  end $$;
`;

const END = `
  -- Each of these deletes at most p_limit rows (endSession: twice that), so that a statement takes
  -- bounded time however much was issued; when more may be left it says so, and is called again.
  -- The tombstone stands from the first call on: nothing more is issued in between.

  -- Returns whether nothing is left.
  create function artifact_revoke_grant(
    p_tenant uuid, p_grant text, p_now timestamptz, p_until timestamptz, p_limit integer
  ) returns boolean language plpgsql as $$
  declare
    deleted integer;
  begin
    perform artifact_lock_exclusive(array[artifact_lock_id(p_tenant, 'grant', p_grant)]);
    perform artifact_tombstone(p_tenant, 'grant', array[p_grant], p_now, p_until);
    with victims as materialized (
      select a.model, a.key from artifacts a
       where a.tenant_id = p_tenant and a.grant_key = p_grant
       order by a.model, a.key limit p_limit for update
    )
    delete from artifacts a using victims v
     where a.tenant_id = p_tenant and a.model = v.model and a.key = v.key;
    get diagnostics deleted = row_count;
    return deleted < p_limit;
  end $$;

  -- Returns the grants that were revoked; null when more is left.
  create function artifact_end_session(
    p_tenant uuid, p_session text, p_grants text[], p_now timestamptz, p_until timestamptz,
    p_limit integer
  ) returns text[] language plpgsql as $$
  declare
    revoked text[];
    of_session integer;
    deleted integer;
  begin
    perform artifact_lock_exclusive(
      array[artifact_lock_id(p_tenant, 'session', p_session)]
      || array(select artifact_lock_id(p_tenant, 'grant', g) from unnest(p_grants) g));
    perform artifact_tombstone(p_tenant, 'session', array[p_session], p_now, p_until);

    -- A grant is judged by the refresh tokens that the session leaves.
    of_session := (
      select count(*) from (
        select from artifacts a
         where a.tenant_id = p_tenant and a.session_key = p_session
           and (a.ends_with_session or a.model = 'Session')
         limit p_limit) counted);
    if of_session < p_limit then
      revoked := array(
        select distinct g from unnest(p_grants) g
         where not exists (
           select from artifacts a
            where a.tenant_id = p_tenant and a.grant_key = g and a.model = 'RefreshToken'
              and a.expires_at > p_now
              and not (a.ends_with_session and a.session_key is not distinct from p_session))
         order by g);
      perform artifact_tombstone(p_tenant, 'grant', revoked, p_now, p_until);
    end if;

    with victims as materialized (
      select a.model, a.key from artifacts a
        join (
          (select s.model, s.key from artifacts s
            where s.tenant_id = p_tenant and s.session_key = p_session
              and (s.ends_with_session or s.model = 'Session')
            order by s.model, s.key limit p_limit)
          union
          (select i.model, i.key from unnest(revoked) r (grant_key)
             cross join lateral (
               select g.model, g.key from artifacts g
                where g.tenant_id = p_tenant and g.grant_key = r.grant_key
                order by g.model, g.key limit p_limit) i
            limit p_limit)
        ) v on v.model = a.model and v.key = a.key
       where a.tenant_id = p_tenant
       order by a.model, a.key for update of a
    )
    delete from artifacts a using victims v
     where a.tenant_id = p_tenant and a.model = v.model and a.key = v.key;
    get diagnostics deleted = row_count;
    return case when of_session < p_limit and deleted < p_limit then revoked end;
  end $$;

  -- Returns whether nothing is left.
  create function artifact_end_account(
    p_tenant uuid, p_account text, p_now timestamptz, p_until timestamptz, p_limit integer
  ) returns boolean language plpgsql as $$
  declare
    deleted integer;
  begin
    perform artifact_lock_exclusive(array[artifact_lock_id(p_tenant, 'account', p_account)]);
    perform artifact_tombstone(p_tenant, 'account', array[p_account], p_now, p_until);
    -- The grants' own tombstones are what JWT access tokens are looked up by.
    perform artifact_tombstone(
      p_tenant, 'grant',
      array(select a.key from artifacts a
             where a.tenant_id = p_tenant and a.account_id = p_account and a.model = 'Grant'),
      p_now, p_until);
    with victims as materialized (
      select a.model, a.key from artifacts a
       where a.tenant_id = p_tenant and a.account_id = p_account
       order by a.model, a.key limit p_limit for update
    )
    delete from artifacts a using victims v
     where a.tenant_id = p_tenant and a.model = v.model and a.key = v.key;
    get diagnostics deleted = row_count;
    return deleted < p_limit;
  end $$;
`;

const SWEEP = `
  -- Rows that somebody works on are left for the next time.
  create function artifact_sweep(p_now timestamptz, p_limit integer) returns integer
  language plpgsql as $$
  declare
    swept integer;
    more integer;
  begin
    with expired as materialized (
      select a.tenant_id, a.model, a.key from artifacts a
       where a.expires_at <= p_now order by a.expires_at limit p_limit for update skip locked
    )
    delete from artifacts a using expired e
     where a.tenant_id = e.tenant_id and a.model = e.model and a.key = e.key;
    get diagnostics swept = row_count;

    with expired as materialized (
      select t.tenant_id, t.kind, t.key from tombstones t
       where t.expires_at <= p_now order by t.expires_at limit p_limit - swept
         for update skip locked
    )
    delete from tombstones t using expired e
     where t.tenant_id = e.tenant_id and t.kind = e.kind and t.key = e.key;
    get diagnostics more = row_count;
    return swept + more;
  end $$;
`;
