import { randomBytes } from 'node:crypto';
import type { CustomerCaller } from './caller';
import { Pseudonyms } from './pseudonyms';

const secret = randomBytes(32);
const pseudonyms = new Pseudonyms(secret);

function viewer(value: string, namespace = 'user_id'): CustomerCaller {
  return { kind: 'CUSTOMER', identifier: { namespace, value } };
}

it('is the same for one viewer in every process, and looks like nothing else', () => {
  const name = pseudonyms.of(viewer('ada'), 'prf_1');
  expect(new Pseudonyms(secret).of(viewer('ada'), 'prf_1')).toBe(name);
  expect(name).toMatch(/^psn_[0-9a-f]{32}$/);
});

it.each<[string, CustomerCaller, string, Buffer]>([
  ['another viewer', viewer('bob'), 'prf_1', secret],
  ['a viewer of another namespace', viewer('ada', 'email'), 'prf_1', secret],
  ['another person', viewer('ada'), 'prf_2', secret],
  ['another installation', viewer('ada'), 'prf_1', randomBytes(32)],
])('is another for %s', (_what, who, id, key) => {
  expect(new Pseudonyms(key).of(who, id)).not.toBe(pseudonyms.of(viewer('ada'), 'prf_1'));
});

it('does not take the parts of a name for each other', () => {
  const names = [
    pseudonyms.of(viewer('a', 'n'), 'b'),
    pseudonyms.of(viewer('a","b', 'n'), ''),
    pseudonyms.of(viewer('', 'n'), 'ab'),
    pseudonyms.of(viewer('ab', 'n'), ''),
  ];
  expect(new Set(names).size).toBe(names.length);
});

it('needs a secret of full length', () => {
  expect(() => new Pseudonyms(Buffer.alloc(31))).toThrow('32 bytes');
});

describe('a sealed cursor', () => {
  const sealed = pseudonyms.seal(viewer('ada'), 'position');

  it('opens for whom it was sealed, in every process', () => {
    expect(new Pseudonyms(secret).open(viewer('ada'), sealed, 'after')).toBe('position');
  });

  it('is the same each time, and another for another viewer and place', () => {
    expect(pseudonyms.seal(viewer('ada'), 'position')).toBe(sealed);
    const start = sealed.slice(0, 16);
    expect(pseudonyms.seal(viewer('bob'), 'position').slice(0, 16)).not.toBe(start);
    expect(pseudonyms.seal(viewer('ada'), 'positioo').slice(0, 16)).not.toBe(start);
  });

  it.each([
    ['for another', viewer('bob'), sealed],
    ['when it was changed', viewer('ada'), `A${sealed.slice(1)}A`],
    ['when it is cut short', viewer('ada'), sealed.slice(0, 20)],
    ['when it is nothing', viewer('ada'), ''],
  ])('does not open %s', (_when, who, cursor) => {
    expect(() => pseudonyms.open(who, cursor, 'after')).toThrow('Not a cursor of this list');
  });
});
