import fc from 'fast-check';
import { InvalidInput } from './errors';
import { fromPublicId, type ProfileId, toPublicId, uuidSource } from './ids';

const uuid = '0197a1b2-c3d4-7e5f-8a6b-0123456789ab';

it('leaves with its prefix and comes back as it was', () => {
  expect(toPublicId('prf', uuid)).toBe('prf_0197a1b2c3d47e5f8a6b0123456789ab');
  fc.assert(
    fc.property(fc.uuid(), (id) => {
      expect(fromPublicId('evt', toPublicId('evt', id))).toBe(id);
    }),
  );
});

describe('not an id', () => {
  it.each([
    '',
    'prf_',
    'prf',
    uuid,
    `prf_${uuid}`,
    'evt_0197a1b2c3d47e5f8a6b0123456789ab',
    'PRF_0197a1b2c3d47e5f8a6b0123456789ab',
    'prf_0197A1B2C3D47E5F8A6B0123456789AB',
    'prf_0197a1b2c3d47e5f8a6b0123456789a',
    'prf_0197a1b2c3d47e5f8a6b0123456789abc',
    'prf_0197a1b2c3d47e5f8a6b0123456789ag',
    'prf_0197a1b2c3d47e5f8a6b0123456789ab\n',
    ' prf_0197a1b2c3d47e5f8a6b0123456789ab',
    "prf_' or 1=1 --",
    'prf_０１９７a1b2c3d47e5f8a6b0123456789ab',
  ])('%j', (text) => {
    expect(() => fromPublicId<ProfileId>('prf', text)).toThrow(InvalidInput);
  });

  it('is refused with the form that is wanted, and without what was sent', () => {
    expect(() => fromPublicId('lot', 'ann@example.com')).toThrow(
      'Not a valid id: it must look like lot_ and 32 hexadecimal digits.',
    );
  });
});

it('sorts by the time it was made', () => {
  const made = Array.from({ length: 10_000 }, () => uuidSource.next());
  expect(made.toSorted()).toEqual(made);
  expect(new Set(made).size).toBe(made.length);
  expect(made[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
