import { account, refuseEach, tenant } from '../testing/broken-seeds.ts';

const SECRET = 'a-secret-value-that-must-never-be-shown';

refuseEach('a seed file with a broken account', [
  {
    name: 'a role that is not there',
    yaml: account('roles: [notes:editor]'),
    expected:
      ':7:17 tenants[0].accounts[0].roles[0]: expected a role that these files define in tenant acme, found notes:editor',
  },
  {
    name: 'a role without its application',
    yaml: account('roles: [editor]'),
    expected: ':7:17 tenants[0].accounts[0].roles[0]: expected application:role, found "editor"',
  },
  {
    name: 'a group that is not there',
    yaml: account('groups: [staff]'),
    expected:
      ':7:18 tenants[0].accounts[0].groups[0]: expected a group that these files define in tenant acme, found staff',
  },
  {
    name: 'the same user name in other letters',
    yaml: `${tenant('accounts:')}      - username: alice\n      - username: ALICE\n`,
    expected:
      ':7:9 tenants[0].accounts[1]: expected username alice once, found it again (first at FILE:6:9)',
  },
  {
    name: 'an e-mail address twice',
    yaml: `${tenant('accounts:')}      - { username: a, email: a@acme.example }\n      - { username: b, email: A@acme.example }\n`,
    expected:
      ':7:9 tenants[0].accounts[1]: expected e-mail address a@acme.example once, found it again (first at FILE:6:9)',
  },
  {
    name: 'an e-mail address that is none',
    yaml: account('email: alice'),
    expected: ':7:16 tenants[0].accounts[0].email: expected an e-mail address, found "alice"',
  },
  {
    name: 'a claim of the wrong kind',
    yaml: account('birthdate: 1990-13-01'),
    expected:
      ':7:20 tenants[0].accounts[0].birthdate: expected a day such as "1980-02-29", a year, or "0000-02-29" without its year, found "1990-13-01"',
  },
  {
    name: 'a telephone number that YAML takes for a number',
    yaml: account('phone_number: +4915112345678'),
    expected:
      ':7:23 tenants[0].accounts[0].phone_number: expected a telephone number such as "+1 (425) 555-1212;ext=5678", found 4915112345678',
  },
  {
    name: 'a claim that is none',
    yaml: account('favourite_colour: green'),
    expected: ':7:9 tenants[0].accounts[0].favourite_colour: expected one of username, email…',
  },
  {
    name: 'a password in the open',
    yaml: account(`password: ${SECRET}`),
    expected:
      ':7:19 tenants[0].accounts[0].password: expected a mapping with env, file or value, found text',
  },
  {
    name: 'a password that is too short',
    yaml: account('password: { value: hunter2 }'),
    expected:
      ':7:28 tenants[0].accounts[0].password.value: expected a password of at least 8 characters, found a shorter one',
  },
  {
    name: 'a password hash that can never match',
    yaml: account(`passwordHash: ${SECRET}`),
    expected:
      ':7:23 tenants[0].accounts[0].passwordHash: expected a hash of Argon2, bcrypt, scrypt or PBKDF2, found that the password hash has a form nobody here knows',
  },
]);
