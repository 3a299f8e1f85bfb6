import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createTestDatabase, type TestDatabase } from '../database.ts';
import { migration, releaseOf, type TestMigrations } from '../migrations.ts';
import { checkMigrations } from './check-migrations.ts';

const BEFORE: TestMigrations = {
  '0001_people': migration(`
    create table people (
      tenant_id uuid not null,
      id text not null,
      name text,
      kind text not null default 'person' check (kind in ('person', 'machine')),
      age int not null,
      primary key (tenant_id, id)
    );
    create index people_name on people (tenant_id, name);
    create table badges (
      tenant_id uuid not null, person text not null, code text not null,
      constraint badges_person foreign key (tenant_id, person)
        references people (tenant_id, id) on delete cascade,
      constraint badges_code unique (tenant_id, code)
    );
    create type mood as enum ('well', 'ill');
    create view grown_ups as select id from people where age >= 18;
    create function age_of(who text) returns int language sql
      as 'select age from people where id = who';
  `),
  '0002_nickname': migration('alter table people add nickname text'),
};

const ADDITIONS = {
  'a column that may be null': 'alter table people add email text',
  'a column with a default': 'alter table people add visits int not null default 0',
  'a table, whose rows go with those of an old one': `create table letters (
     tenant_id uuid, person text,
     foreign key (tenant_id, person) references people (tenant_id, id) on delete cascade)`,
  'an index': 'create index people_age on people (age)',
  'what only has to do with a new column': `
    alter table people add badge text, add level int not null default 1,
      add check (level > 0), add unique (tenant_id, badge),
      add foreign key (tenant_id, badge) references badges (tenant_id, code) on delete set null`,
  'a check that allows more': `alter table people drop constraint people_kind_check,
     add constraint people_kind_check check (kind in ('person', 'machine', 'robot'))`,
  'a value': `alter type mood add value 'fine'`,
  'an index in the place of one that it is as good as': `
     create index people_name_age on people (tenant_id, name, age);
     drop index people_name`,
  'a column of a view': 'create or replace view grown_ups as select id, age from people',
  'another name of a constraint': 'alter table badges rename constraint badges_person to owner',
};

const BREAKAGES: Readonly<Record<string, readonly [string, RegExp]>> = {
  'a column is dropped': [
    'alter table people drop nickname',
    /^the column people.nickname is gone$/,
  ],
  'a column is renamed': [
    'alter table people rename nickname to alias',
    /^the column people.nickname is gone$/,
  ],
  'a new column must be filled in': [
    'alter table people add email text not null',
    /^the new column people.email may not be null and has no default/,
  ],
  'a check is narrowed': [
    `alter table people drop constraint people_kind_check,
       add constraint people_kind_check check (kind in ('person'))`,
    /^the check people_kind_check of people refuses what was allowed, or may: /,
  ],
  'a check is new': [
    'alter table people add constraint grown check (age > 17)',
    /^the check grown of people is new: CHECK \(\(age > 17\)\)$/,
  ],
  'a check refuses the default of a new column': [
    'alter table people add level int default 0, add constraint grown check (level > 0)',
    /^the check grown of people is new: /,
  ],
  'a type is changed': [
    'alter table people alter name type varchar(20)',
    /^the column people.name was text, and is character varying\(20\)$/,
  ],
  'an old column must be filled in': [
    'alter table people alter nickname set not null',
    /^the column people.nickname may not be null any more$/,
  ],
  'an old column may be empty': [
    'alter table people alter age drop not null',
    /^the column people.age may be null, which whoever reads it does not expect$/,
  ],
  'a default is dropped': [
    'alter table people alter kind drop default',
    /^the column people.kind has no default any more$/,
  ],
  'something old must be unique': [
    'create unique index one_name on people (tenant_id, name)',
    /^the unique index one_name of people is new: /,
  ],
  'something is not unique any more': [
    'alter table badges drop constraint badges_code',
    /^the unique index badges_code of badges is gone: /,
  ],
  'an index is dropped': ['drop index people_name', /^the index people_name of people is gone: /],
  'a table is dropped': ['drop table badges', /^the table badges is gone$/],
  'a table is renamed': ['alter table badges rename to tags', /^the table badges is gone$/],
  'a view is dropped': ['drop view grown_ups', /^the view grown_ups is gone$/],
  'rows of an old table are kept by those of a new one': [
    `create table letters (tenant_id uuid, person text, constraint letters_person
       foreign key (tenant_id, person) references people (tenant_id, id))`,
    /^the foreign key letters_person of letters keeps rows of people from being deleted: /,
  ],
  'rows do not go with their parents any more': [
    'alter table badges drop constraint badges_person',
    /^the foreign key badges_person of badges is gone: /,
  ],
  'a trigger is new': [
    `create function refuse() returns trigger language plpgsql as 'begin return null; end';
     create trigger never before insert on people for each row execute function refuse()`,
    /^the trigger never of people is new: what it does is not looked at$/,
  ],
  'a function takes something else': [
    `drop function age_of; create function age_of(who uuid) returns int language sql as 'select 1'`,
    /^the function age_of\(who text\) is gone, or has other arguments$/,
  ],
  'a value is gone': [
    `alter type mood rename value 'ill' to 'unwell'`,
    /^the type mood has no ill any more$/,
  ],
  'rows are hidden': [
    'alter table people enable row level security',
    /^people was a table, and is a table, row security$/,
  ],
};

// Each check waits for PostgreSQL most of the time, for databases of its own.
describe('a migration', { concurrency: 4 }, () => {
  let database: TestDatabase;
  // Held, so that the server is.
  before(async () => {
    database = await createTestDatabase({ empty: true });
  });
  after(() => database.drop());

  const check = (added: TestMigrations) =>
    checkMigrations({ before: releaseOf(BEFORE), after: releaseOf({ ...BEFORE, ...added }) });

  for (const [what, sql] of Object.entries(ADDITIONS)) {
    it(`may add ${what}`, async () => {
      assert.deepEqual(await check({ '0003_more': migration(sql) }), {
        newer: ['0003_more'],
        refusals: [],
      });
    });
  }

  for (const [what, [sql, reason]] of Object.entries(BREAKAGES)) {
    it(`is refused when ${what}`, async () => {
      const { refusals } = await check({ '0003_other': migration(sql) });
      assert.deepEqual(
        refusals.map(({ migration: name }) => name),
        ['0003_other'],
      );
      const [told] = refusals[0]?.reasons ?? [];
      assert.match(String(told), reason);
    });
  }

  it('may take away what the release before knows to do without', async () => {
    const { refusals } = await check({
      '0003_no_name': migration('alter table people drop name', '0002_nickname'),
      '0004_more': migration('alter table people add email text'),
    });
    assert.deepEqual(refusals, []);
  });

  it('is refused when it takes away what the release before cannot know to do without', async () => {
    const { refusals } = await check({
      '0003_full_name': migration('alter table people add full_name text'),
      '0004_no_name': migration('alter table people drop name', '0003_full_name'),
    });
    assert.deepEqual(refusals, [
      {
        migration: '0004_no_name',
        reasons: [
          'it needs 0003_full_name, which the release before does not know: leave it to the release after this one',
          'the column people.name is gone',
        ],
      },
    ]);
  });

  it('may take back what no release has seen', async () => {
    const { refusals } = await check({
      '0003_more': migration('alter table people add email text'),
      '0004_less': migration('alter table people drop email'),
    });
    assert.deepEqual(refusals, []);
  });

  it('that a release has is not to be changed, and not to be removed', async () => {
    const { '0002_nickname': gone, ...rest } = BEFORE;
    assert.ok(gone);
    const removed = await checkMigrations({ before: releaseOf(BEFORE), after: releaseOf(rest) });
    assert.deepEqual(removed.refusals, [
      {
        migration: '0002_nickname',
        reasons: ['it is gone: the release before has applied it'],
      },
    ]);
    const edited = migration('alter table people add nickname text, add more text');
    const changed = await check({ '0002_nickname': edited });
    assert.match(String(changed.refusals[0]?.reasons), /a new database comes to another schema/);
  });
});
