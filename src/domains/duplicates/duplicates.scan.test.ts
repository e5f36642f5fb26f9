import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { createPipeline } from '../../../test/support/pipeline';
import { firstRows } from '../../platform/database/keyset';
import type { ProfileId } from '../../shared/ids';
import type { JsonObject } from '../../shared/json';
import { defaultIdentityPolicy } from '../identity';
import { toCandidateId } from './duplicates.ids';
import type { CandidateStatus } from './duplicates.model';
import { defaultDuplicatePolicy } from './duplicates.policy';
import { DuplicateScan } from './duplicates.scan';
import { DuplicateService } from './duplicates.service';
import { findCandidates } from './duplicates.store';

const { database } = useTestDatabase();
const clock = new TestClock('2026-06-15T12:00:00Z');
const { events } = createPipeline(database, { clock });
const service = new DuplicateService(database, clock);

const DAY = new Date('2026-06-15T12:00:00Z').getTime();
let day = 0;

beforeEach(async () => {
  await database.query(
    `truncate profile, identifier, identifier_trait, identity_link, duplicate_block,
       duplicate_candidate`,
  );
  await database.query('update duplicate_scan set after_profile_id = null, pass_ended_at = null');
});

function scanOf(profilesPerRun: number) {
  const policy = { ...defaultDuplicatePolicy, profilesPerRun, blockSizeMax: 5 };
  return new DuplicateScan(database, defaultIdentityPolicy, policy);
}

/** A whole pass, each time a day after the one before. @returns how many profiles it looked at */
async function pass(scan = scanOf(2)): Promise<number> {
  day += 1;
  const now = new Date(DAY + day * 86_400_000);
  let done = 0;
  for (;;) {
    const count = await scan.run(now);
    if (count === 0) return done;
    done += count;
  }
}

let serial = 0;

/** @param names identifiers written `namespace:value` */
async function person(traits: JsonObject, ...names: readonly string[]): Promise<ProfileId> {
  serial += 1;
  const own = names.length === 0 ? [`anonymous_id:a${serial}`] : names;
  const { outcomes } = await events.ingest('web', [
    {
      messageId: `m-${serial}`,
      name: 'Page Viewed',
      occurredAt: new Date(DAY - 1_000_000 + serial),
      traits,
      identifiers: own.map((text) => {
        const [namespace = '', value = ''] = text.split(':');
        return { namespace, value };
      }),
    },
  ]);
  const [outcome] = outcomes;
  if (outcome?.status !== 'ACCEPTED') throw new Error(`Not accepted: ${JSON.stringify(outcome)}`);
  return outcome.profileId;
}

async function listed(status: CandidateStatus = 'OPEN', profileId: ProfileId | null = null) {
  const rows = await findCandidates(
    database,
    { status, profileId, minScore: null },
    firstRows(100),
  );
  return rows.map((row) => [row.profileId, row.otherProfileId]);
}

/** What is stored, whatever became of the profiles. */
async function stored() {
  return database.query(
    `select profile_id, other_profile_id, score, reasons, status from duplicate_candidate
     order by 1, 2`,
  );
}

const anna = { name: 'Anna Schmidt', birthday: '1990-05-17' };
const bert = { name: 'Bert Jones', birthday: '1985-03-11' };

it('finds the pairs of one person and no others, however many profiles a page has', async () => {
  const first = await person(anna);
  const other = await person(bert);
  await person({ name: 'Laura Schmidt', birthday: '1990-05-17' });
  const second = await person({ name: 'Schmidt, Anna', birthday: '17.05.1990' });
  await person({});
  const again = await person({ name: 'Bert Jnoes', birthday: '1985-03-11' });
  for (const size of [1, 2, 3, 100]) {
    await database.query('truncate duplicate_block, duplicate_candidate');
    expect(await pass(scanOf(size))).toBe(6);
    expect((await listed()).sort()).toEqual([
      [first, second],
      [other, again],
    ]);
  }
});

it('says why, as what is stored of the evidence says it', async () => {
  await person(anna);
  await person({ ...anna, name: 'Anna Schmitt' });
  await pass();
  const [row] = await stored();
  expect(row).toMatchObject({
    score: 0.9922,
    status: 'OPEN',
    reasons: [
      { feature: 'BIRTH_DATE', agreement: 'SAME', weight: 10 },
      { feature: 'NAME', left: 'Anna Schmidt', right: 'Anna Schmitt', similarity: 0.86, weight: 4 },
    ],
  });
});

it('changes nothing in a second pass over the same', async () => {
  await person(anna);
  await person(anna);
  await pass();
  const versions = () =>
    database.query(
      `select xmin::text from duplicate_candidate union all select xmin::text from duplicate_block
       order by 1`,
    );
  const before = await versions();
  expect(before.length).toBeGreaterThan(3);
  await pass();
  expect(await versions()).toEqual(before);
});

it('goes on where it was after a failure in the middle', async () => {
  const ids = [await person(anna), await person(bert), await person(anna), await person(bert)];
  const now = new Date(DAY);
  expect(await scanOf(3).run(now)).toBe(3);
  expect(await listed()).toEqual([[ids[0], ids[2]]]);
  const blocked = new Error('power cut');
  const failing = Object.assign(Object.create(database), {
    transaction: (work: (tx: unknown) => Promise<unknown>) =>
      database.transaction(async (tx) => {
        await work(tx);
        throw blocked;
      }),
  });
  const policy = { ...defaultDuplicatePolicy, profilesPerRun: 3 };
  const broken = new DuplicateScan(failing, defaultIdentityPolicy, policy);
  await expect(broken.run(now)).rejects.toBe(blocked);
  expect(await listed()).toHaveLength(1);
  expect(await scanOf(3).run(now)).toBe(1);
  expect(await listed()).toHaveLength(2);
});

it('rests between two passes, for as long as the policy says', async () => {
  await person(anna);
  const at = (ms: number) => scanOf(10).run(new Date(DAY + ms));
  expect(await at(0)).toBe(1);
  expect(await at(1)).toBe(0);
  expect(await at(defaultDuplicatePolicy.passPauseMs - 1)).toBe(0);
  expect(await at(defaultDuplicatePolicy.passPauseMs)).toBe(1);
});

it('is done once where several workers are at it at the same time', async () => {
  for (let one = 0; one < 12; one += 1)
    await person({ name: `Anna S${one}`, birthday: '1990-05-17' });
  const first = await person(anna, 'phone:+8613800138000');
  const second = await person({ ...anna, phone: '13800138000' });
  const now = new Date(DAY);
  const scans = Array.from({ length: 4 }, () => scanOf(2));
  let done = 0;
  for (let round = 0; round < 40; round += 1) {
    const counts = await Promise.all(scans.map((scan) => scan.run(now)));
    done += counts.reduce((sum, count) => sum + count);
  }
  expect(done).toBe(14);
  expect(await listed()).toEqual([[first, second]]);
});

it('passes over blocks that are too large to tell people apart', async () => {
  for (let one = 0; one < 5; one += 1) await person({ ...anna, phone: `1380013800${one}` });
  await pass();
  expect(await listed()).toHaveLength(10);
  const late = { ...anna, email: 'sunflower77@example.com' };
  await person(late);
  // What was found while the block was small goes by the next pass: only then is all of it there.
  await pass();
  await pass();
  expect(await listed()).toEqual([]);
  // A block of their own still brings two together.
  const last = await person(late);
  await pass();
  expect((await listed()).map(([, other]) => other)).toEqual([last]);
});

it('drops a pair when the traits change, and scores it anew', async () => {
  const first = await person(anna, 'anonymous_id:x');
  await person(anna);
  await pass();
  const [before] = await stored();
  await person({ name: 'Anna Schmitt' }, 'anonymous_id:x');
  await pass();
  const [after] = await stored();
  expect(after?.['score']).toBeLessThan(Number(before?.['score']));
  await person({ name: 'Laura Miller', birthday: '1977-01-02' }, 'anonymous_id:x');
  await pass();
  expect(await stored()).toEqual([]);
  expect(await listed('OPEN', first)).toEqual([]);
});

describe('a pair of which one was absorbed', () => {
  it('is gone at once where the two are one profile', async () => {
    await person(anna, 'anonymous_id:one');
    await person(anna, 'anonymous_id:two');
    await pass();
    expect(await listed()).toHaveLength(1);
    await person({}, 'anonymous_id:one', 'anonymous_id:two');
    expect(await listed()).toEqual([]);
    await pass();
    expect(await stored()).toEqual([]);
    expect(await database.query('select from duplicate_block')).toHaveLength(2);
  });

  it('is hidden, and the survivor proposed in its place, once', async () => {
    const first = await person({}, 'anonymous_id:one');
    const second = await person(anna, 'anonymous_id:two');
    const third = await person(anna, 'anonymous_id:three');
    await pass();
    expect(await listed()).toEqual([[second, third]]);
    expect(await listed('OPEN', third)).toEqual([[second, third]]);
    await person({}, 'anonymous_id:one', 'anonymous_id:two');
    expect(await listed()).toEqual([]);
    await pass();
    expect(await listed()).toEqual([[first, third]]);
    // The absorbed id stands for the survivor.
    expect(await listed('OPEN', second)).toEqual([[first, third]]);
    expect(await stored()).toHaveLength(1);
  });
});

describe('dismissing', () => {
  const dismiss = (left: ProfileId, right: ProfileId, reason = 'Twins', actor = 'key:desk') =>
    service.dismiss({
      id: toCandidateId({ profileId: left, otherProfileId: right }),
      reason,
      actor,
    });

  it('is for good, and the first decision stays', async () => {
    const [left, right] = [await person(anna, 'anonymous_id:l'), await person(anna)];
    await pass();
    expect(await dismiss(left, right)).toMatchObject({
      kind: 'DISMISSED',
      candidate: { status: 'DISMISSED', decidedBy: 'key:desk', decisionReason: 'Twins' },
    });
    clock.advanceDays(1);
    const again = await dismiss(left, right, 'Other', 'key:crm');
    expect(again).toMatchObject({
      candidate: { decidedBy: 'key:desk', decisionReason: 'Twins', decidedAt: new Date(DAY) },
    });
    const before = await stored();
    await person({ phone: '13800138000' }, 'anonymous_id:l');
    await pass();
    expect(await stored()).toEqual(before);
    expect(await listed()).toEqual([]);
    expect(await listed('DISMISSED')).toEqual([[left, right]]);
  });

  it('holds for the profile that absorbs one of the two', async () => {
    const first = await person({}, 'anonymous_id:one');
    const second = await person(anna, 'anonymous_id:two');
    const third = await person(anna);
    await pass();
    await dismiss(second, third);
    await person({}, 'anonymous_id:one', 'anonymous_id:two');
    await pass();
    expect(await listed('OPEN', first)).toEqual([]);
    expect(await stored()).toHaveLength(1);
  });

  it('is refused for what is not proposed, and without a reason', async () => {
    const [left, right] = [await person(anna), await person(anna)];
    expect(await dismiss(left, right)).toEqual({ kind: 'DUPLICATE_NOT_FOUND' });
    await pass();
    const refused = (fault: string) => ({ kind: 'DISMISSAL_REFUSED', fault });
    expect(await dismiss(left, right, '  ')).toEqual(refused('REASON_MISSING'));
    expect(await dismiss(left, right, 'x'.repeat(501))).toEqual(refused('REASON_TOO_LONG'));
    expect(await dismiss(left, right, 'a\0')).toEqual(refused('MALFORMED_TEXT'));
    expect(await listed()).toHaveLength(1);
    expect(await dismiss(left, right, 'x'.repeat(500))).toMatchObject({ kind: 'DISMISSED' });
  });

  it('at once by several leaves one decision', async () => {
    const [left, right] = [await person(anna), await person(anna)];
    await pass();
    const outcomes = await Promise.all(
      ['a', 'b', 'c'].map((name) => dismiss(left, right, name, `key:${name}`)),
    );
    const deciders = outcomes.map((one) => one.kind === 'DISMISSED' && one.candidate.decidedBy);
    expect(new Set(deciders).size).toBe(1);
  });
});

it('gives the two profiles of a pair by its id', async () => {
  const [left, right] = [await person(anna, 'anonymous_id:l'), await person(anna)];
  const id = toCandidateId({ profileId: left, otherProfileId: right });
  await expect(service.getCandidate(database, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await pass();
  expect(await service.getCandidate(database, id)).toMatchObject({
    profileId: left,
    otherProfileId: right,
  });
  await expect(service.getCandidate(database, 'dup_1')).rejects.toMatchObject({
    code: 'INVALID_INPUT',
  });
});
