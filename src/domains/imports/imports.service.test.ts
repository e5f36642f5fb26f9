import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import type { ImportIdentity } from './imports.model';
import { ImportService } from './imports.service';

const testing = useTestDatabase();
const service = new ImportService(testing.database, new TestClock('2026-11-26T10:00:00Z'));

const identity: ImportIdentity = {
  source: 'import:shop',
  fileName: 'shop.ndjson',
  fileBytes: 5_000_000_000,
  headDigest: 'a',
  reading: '["ndjson",null]',
  linesBefore: 0,
};
const begun = {
  lines: 30_000_000,
  bytes: 4_999_999_999,
  accepted: 29_000_000,
  duplicates: 999_000,
  quarantined: 1_000,
  finishedAt: null,
};

it('finds what was saved last', async () => {
  expect(await service.find(identity)).toBeNull();
  await service.save(identity, begun);
  expect(await service.find(identity)).toEqual(begun);
  const done = { ...begun, lines: 30_000_001, finishedAt: new Date('2026-11-26T11:00:00Z') };
  await service.save(identity, done);
  expect(await service.find(identity)).toEqual(done);
});

it.each<Partial<ImportIdentity>>([
  { source: 'import:other' },
  { fileName: 'other.ndjson' },
  { fileBytes: 5_000_000_001 },
  { fileBytes: null },
  { headDigest: 'b' },
  { reading: '["csv",{}]' },
  { linesBefore: 1 },
])('takes %j for another import', async (difference) => {
  await service.save(identity, begun);
  expect(await service.find({ ...identity, ...difference })).toBeNull();
});

it('keeps names that PostgreSQL could not', async () => {
  const odd = { ...identity, source: 'import:\0', fileName: '\ud800' };
  await service.save(odd, begun);
  expect(await service.find(odd)).toEqual(begun);
});
