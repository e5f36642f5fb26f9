import {
  BREAKING_HEADING,
  compareApis,
  findFaults,
  toldChanges,
} from '../../scripts/schema-changes';

const released = `
  type Query {
    profile(id: ID!, asOf: String): Profile
    found(filter: Filter): Found
    old: Old @deprecated(reason: "Use \`profile\`.")
  }
  type Profile { id: ID! name: String! nick: String @deprecated(reason: "Use \`name\`.") tier: Tier }
  type Old { id: ID! }
  enum Tier { LOW HIGH GONE @deprecated(reason: "Never given.") }
  input Filter { tier: Tier }
  union Found = Profile | Old
`;

describe('compared with the last release', () => {
  test.each<[string, string | RegExp, string, readonly string[]]>([
    ['a field that went', ' name: String!', '', ['Profile.name was removed.']],
    [
      'a field that may be null',
      'name: String!',
      'name: String',
      ['Profile.name changed type from String! to String.'],
    ],
    ['a field that never is null', 'tier: Tier }', 'tier: Tier! }', []],
    ['a field that was added', 'id: ID! name', 'id: ID! more: Int name', []],
    ['an argument that went', ', asOf: String', '', ['Query.profile arg asOf was removed.']],
    [
      'an argument that has to be given',
      'asOf: String',
      'asOf: String, model: String!',
      ['A required arg model on Query.profile was added.'],
    ],
    ['an argument with a default', 'asOf: String', 'asOf: String, max: Int! = 3', []],
    [
      'an input field that has to be given',
      'tier: Tier }\n  union',
      'tier: Tier stage: String! }\n  union',
      ['A required field stage on input type Filter was added.'],
    ],
    ['a value that went', 'LOW HIGH', 'LOW', ['HIGH was removed from enum type Tier.']],
    ['a value that was added', 'LOW HIGH', 'LOW HIGH TOP', []],
    ['what was deprecated and went', /nick: String @.*?\)/, '', []],
    ['a value that was deprecated and went', /GONE @.*?\)/, '', []],
    ['a member of a union that went', ' | Old', '', ['Old was removed from union type Found.']],
  ])('%s', (_, from, to, expected) => {
    const current = released.replace(from, to);
    expect(current).not.toBe(released);
    expect(compareApis(released, current).breaking.map(({ what }) => what)).toEqual(expected);
  });

  test('a type to which only what was deprecated led', () => {
    const before = released.replace(' | Old', '');
    const current = before.replace(/old: Old @.*?\)/, '').replace('type Old { id: ID! }', '');
    expect(current).not.toContain('Old');
    expect(compareApis(before, current).breaking).toEqual([]);
  });

  test('values and members that clients may not know are told, and not refused', () => {
    const current = released.replace('LOW HIGH', 'LOW HIGH TOP');
    expect(compareApis(released, current)).toEqual({
      breaking: [],
      widening: ['TOP was added to enum type Tier.'],
    });
  });
});

describe('a breaking change', () => {
  const changes = compareApis(released, released.replace('name: String!', 'name: String'));
  const told = (line: string) =>
    toldChanges(`# Changelog\n\n## [Unreleased]\n\n${BREAKING_HEADING}\n\n${line}\n\n### Added\n`);
  const what = '`Profile.name changed type from String! to String.`';

  test('is refused, with what to do instead', () => {
    expect(findFaults(changes, told(''))).toEqual([
      `${what} Add a field of another name beside it, and deprecate this one.`,
    ]);
  });

  test('is let through where the changelog tells it with a reason', () => {
    expect(findFaults(changes, told(`- ${what} Masked for keys without the scope.`))).toEqual([]);
  });

  test('is refused where the reason is left out', () => {
    expect(findFaults(changes, told(`- ${what}`))).toEqual([
      `${what} The changelog does not say why.`,
    ]);
  });

  test('of a release before does not count', () => {
    const changelog = `## [Unreleased]\n\n## [0.1.0]\n\n${BREAKING_HEADING}\n\n- ${what} Why not.\n`;
    expect(findFaults(changes, toldChanges(changelog))).toHaveLength(1);
  });

  test('that was not made is not to be told', () => {
    const other = '`Profile.id was removed.`';
    expect(findFaults(changes, told(`- ${what} Masked.\n- ${other} Why not.`))).toEqual([
      `${other} The changelog says so, and nothing of it is to be found.`,
    ]);
  });
});
