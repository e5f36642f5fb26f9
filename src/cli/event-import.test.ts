import { createTestApp } from '../../test/support/app';
import { TestClock } from '../../test/support/clock';
import { useTestDatabase } from '../../test/support/database';
import { textSource } from '../../test/support/text-source';
import type { App } from '../app';
import type { ImportCheckpoint, ImportIdentity } from '../domains/imports';
import { firstRows } from '../platform/database/keyset';
import { EventImport, intoPipeline, intoRehearsal, NOTHING_YET } from './event-import';
import { readApiEvent } from './formats/api-event';
import { jsonLines } from './formats/json-lines';
import { BEGINNING } from './formats/lines';

const testing = useTestDatabase();
const clock = new TestClock('2026-11-26T10:00:00Z');
let app: App;
beforeAll(() => {
  app = createTestApp(testing.database, clock);
});

const patient = new AbortController().signal;
const nobody = () => undefined;

function identityOf(fileName: string): ImportIdentity {
  const source = `import:${fileName}`;
  return { source, fileName, fileBytes: 1, headDigest: 'd', reading: 'ndjson', linesBefore: 0 };
}

/** Events of as many lines, without message ids; those of the given numbers are broken. */
function fileOf(lines: number, broken: readonly number[] = []): string {
  return Array.from({ length: lines }, (_, index) =>
    broken.includes(index + 1)
      ? '{"name":'
      : `{"name":"Signed In","identifiers":[{"namespace":"user_id","value":"u${index % 50}"}]}`,
  ).join('\n');
}

const linesOf = (text: string, after: { lines: number; bytes: number } = BEGINNING) =>
  jsonLines(readApiEvent)(textSource(text, 4_096), after);

async function storedOf(source: string) {
  const [row] = await testing.database.query<{ events: bigint; broken: bigint }>(
    `select (select count(*) from event where source = $1) as events,
       (select count(*) from quarantined_event where source = $1) as broken`,
    [source],
  );
  return [Number(row?.events), Number(row?.broken)];
}

it('takes a file in and keeps broken lines with their numbers', async () => {
  const identity = identityOf('whole');
  const job = new EventImport(NOTHING_YET, intoPipeline(app, identity), (checkpoint) =>
    app.imports.save(identity, checkpoint),
  );
  await job.run(linesOf(fileOf(1_203, [7, 501, 1_203])), patient, clock, nobody);
  expect(await storedOf(identity.source)).toEqual([1_200, 3]);
  expect(job.soFar).toMatchObject({ lines: 1_203, accepted: 1_200, quarantined: 3 });
  expect(await app.imports.find(identity)).toEqual(job.soFar);
  expect(job.soFar.finishedAt).toEqual(clock.now());
  expect(job.tally.describeReasons()).toMatch(/UNREADABLE +3 +7, 501, 1203/);
  const kept = await testing.database.query(
    `select file_name as file, line_number as line, detail, payload, reason
     from quarantined_event where source = $1 order by line_number`,
    [identity.source],
  );
  expect(kept).toEqual(
    [7, 501, 1_203].map((line) => ({
      file: 'whole',
      line: BigInt(line),
      detail: 'The line is no JSON.',
      payload: '{"name":',
      reason: 'UNREADABLE',
    })),
  );
});

it('keeps what the pipeline rejects with its line, through correction and replay', async () => {
  const identity = identityOf('rejected');
  const namingNobody =
    '{"name":"Signed In","identifiers":[{"namespace":"user_id","value":"null"}]}';
  const text = `${fileOf(2)}\n\n${namingNobody}\n`;
  const send = async () => {
    const job = new EventImport(NOTHING_YET, intoPipeline(app, identity), async () => undefined);
    await job.run(linesOf(text), patient, clock, nobody);
  };
  const kept = async () => {
    const conditions = { source: identity.source, reason: null, state: null };
    const all = { ...conditions, since: null, until: null };
    const [row] = await app.reads.quarantine.findPage(all, firstRows(2));
    if (row === undefined) throw new Error('Nothing was kept.');
    return row;
  };
  const place = { fileName: 'rejected', lineNumber: 4n };
  await send();
  await send();
  const { quarantineId: id, payload } = await kept();
  expect(await kept()).toMatchObject({ ...place, timesReceived: 2 });
  expect(JSON.parse(payload)).not.toHaveProperty('fileLine');
  const asked = { id, reason: 'They said who.', actor: 'cli' };
  const correctTo = (value: string) =>
    app.quarantine.correct({
      ...asked,
      event: { name: 'Signed In', identifiers: [{ namespace: 'user_id', value }] },
    });
  const replay = () => app.quarantineReplay.replay({ kind: 'IDS', ids: [id] }, 'cli');
  await correctTo('undefined');
  expect((await replay()).outcomes).toMatchObject([{ status: 'QUARANTINED' }]);
  expect(await kept()).toMatchObject(place);
  await correctTo('ann');
  expect((await replay()).outcomes).toMatchObject([{ status: 'ACCEPTED' }]);
  expect(await kept()).toMatchObject({ ...place, state: 'REPLAYED' });
});

it('never has a checkpoint ahead of what is stored, and goes on from each of them', async () => {
  const text = fileOf(1_700, [3, 600]);
  const first = identityOf('steps');
  const checkpoints: ImportCheckpoint[] = [];
  const job = new EventImport(NOTHING_YET, intoPipeline(app, first), async (checkpoint) => {
    const { accepted, quarantined } = checkpoint;
    expect(await storedOf(first.source)).toEqual([accepted, quarantined]);
    checkpoints.push(checkpoint);
  });
  await job.run(linesOf(text), patient, clock, nobody);
  expect(checkpoints.map(({ lines }) => lines)).toEqual([500, 1_000, 1_500, 1_700, 1_700]);

  for (const begun of checkpoints.slice(0, -1)) {
    const again = new EventImport(begun, intoPipeline(app, first), async () => undefined);
    await again.run(linesOf(text, begun), patient, clock, nobody);
    // What came behind the checkpoint was stored, and is told by its message id.
    const { accepted, duplicates, quarantined } = again.soFar;
    expect([accepted, accepted + duplicates, quarantined]).toEqual([begun.accepted, 1_698, 2]);
  }
  expect(await storedOf(first.source)).toEqual([1_698, 2]);
});

it('stops between two batches when asked to, with all that is stored in the checkpoint', async () => {
  const identity = identityOf('stopped');
  const asked = new AbortController();
  const job = new EventImport(NOTHING_YET, intoPipeline(app, identity), (checkpoint) =>
    app.imports.save(identity, checkpoint),
  );
  const running = job.run(linesOf(fileOf(1_200)), asked.signal, clock, () =>
    asked.abort(new Error('Enough.')),
  );
  await expect(running).rejects.toThrow('Enough.');
  expect(await storedOf(identity.source)).toEqual([500, 0]);
  expect(await app.imports.find(identity)).toMatchObject({ lines: 500, finishedAt: null });
});

it('rehearsed, tells what would come of it and keeps nothing', async () => {
  const identity = identityOf('rehearsed');
  const job = new EventImport(NOTHING_YET, intoRehearsal(app, identity), async () => undefined);
  await job.run(linesOf(fileOf(700, [2])), patient, clock, nobody);
  expect(job.tally).toMatchObject({ accepted: 699, duplicates: 0, quarantined: 1 });
  expect(await storedOf(identity.source)).toEqual([0, 0]);
});

it('sends long lines in smaller batches', async () => {
  const sizes: number[] = [];
  const job = new EventImport(
    NOTHING_YET,
    async (batch) => {
      sizes.push(batch.length);
      return batch.map(() => ({ status: 'QUARANTINED', reason: 'UNREADABLE', detail: '' }));
    },
    async () => undefined,
  );
  const line = JSON.stringify('x'.repeat(900_000));
  await job.run(linesOf(Array.from({ length: 12 }, () => line).join('\n')), patient, clock, nobody);
  expect(sizes).toEqual([5, 5, 2]);
});
