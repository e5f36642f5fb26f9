import { createTestApp } from '../../../test/support/app';
import { TestClock } from '../../../test/support/clock';
import { commandLineOf } from '../../../test/support/command-line';
import { useTestDatabase } from '../../../test/support/database';

const { database } = useTestDatabase();
const clock = new TestClock('2026-11-20T10:00:00Z');
const app = createTestApp(database, clock);
const run = commandLineOf(app);

const report = async (...words: readonly string[]): Promise<string> => {
  const { code, stdout } = await run(['report', ...words]);
  expect(code).toBe(0);
  return stdout;
};

test.each(['goals', 'flow'])('report %s says which job has to run first', async (name) => {
  await expect(run(['report', name])).rejects.toThrow(
    'Nothing is added up of five-stage yet: the job reckon-lifecycle-goals',
  );
});

describe('once it is added up', () => {
  beforeAll(async () => {
    const order = (user: string, day: string, revenue: number) => ({
      messageId: `${user} ${day}`,
      name: 'Order Completed',
      occurredAt: new Date(`${day}T10:00:00Z`),
      identifiers: [{ namespace: 'user_id', value: user }],
      properties: { revenue },
    });
    const { outcomes } = await app.events.ingest('test', [
      order('one', '2026-09-01', 100),
      order('one', '2026-10-05', 60),
      order('two', '2026-10-20', 1234.5),
      {
        messageId: 'nps',
        name: 'Feedback Submitted',
        occurredAt: new Date('2026-10-06T10:00:00Z'),
        identifiers: [{ namespace: 'user_id', value: 'one' }],
        properties: { kind: 'NPS', score: 9 },
      },
    ]);
    expect(outcomes.every(({ status }) => status === 'ACCEPTED')).toBe(true);
    while ((await app.lifecycleGoalScan.run(clock.now())) > 0);
  });

  test('goals by months, of one stage', async () => {
    const table = await report('goals', '--from', '2026-10-15', '--stage', 'EXPLORATION');
    expect(table.split('\n')).toEqual([
      'from                  stage        begin  in  out  by model  end  days stayed  onward  churn  bought again   ARPU  NPS',
      '2026-10-01            EXPLORATION      1   0    0         0    1                0.0 %  0.0 %       100.0 %  60.00  100',
      '2026-11-01 (running)  EXPLORATION      1   1    0         0    2                0.0 %  0.0 %         0.0 %   0.00',
      '',
      'As was known at 2026-11-20T10:00:00.000Z.',
      '',
    ]);
  });

  test('goals by weeks, from three weeks back where nothing is said', async () => {
    const lines = (await report('goals', '--every', 'week')).split('\n');
    const weeks = lines.slice(1, -3).map((line) => line.slice(0, 10));
    expect([...new Set(weeks)]).toEqual(['2026-10-26', '2026-11-02', '2026-11-09', '2026-11-16']);
    expect(lines.slice(1, 6).map((line) => line.split(/ +/)[1])).toEqual([
      ...['ACQUISITION', 'EXPLORATION', 'GROWTH', 'MATURITY', 'CHURN'],
    ]);
  });

  test('goals of more periods than a page of the API holds', async () => {
    const text = await report('goals', '--every', 'week', '--from', '2024-01-01', '--json');
    const periods = JSON.parse(text) as { since: string; stages: object[] }[];
    expect(periods).toHaveLength(151);
    expect(periods[0]).toMatchObject({ since: '2024-01-01T00:00:00.000Z', isComplete: true });
    expect(new Set(periods.map(({ since }) => since)).size).toBe(151);
    expect(periods.at(-1)?.stages).toContainEqual(
      expect.objectContaining({ stage: 'EXPLORATION', sizeAtBegin: 1, sizeAtEnd: 2 }),
    );
  });

  test('the flow as a matrix', async () => {
    const text = await report('flow', '--from', '2026-10-01', '--to', '2026-11-18');
    expect(text.split('\n')).toEqual([
      'five-stage, 2026-10-01 to 2026-11-17, as was known at 2026-11-20T10:00:00.000Z',
      'from \\ to    ACQUISITION  EXPLORATION',
      '(new)                  1',
      'ACQUISITION                         1',
      '',
    ]);
  });

  test('the flow month by month, the first and the last as far as they were asked for', async () => {
    const asked = ['flow', '--every', 'month', '--from', '2026-09-15', '--to', '2026-11-18'];
    const headings = (await report(...asked)).split('\n').filter((line) => line.includes(' to 2'));
    expect(headings.map((line) => line.split(', ')[1])).toEqual([
      '2026-09-15 to 2026-09-30',
      '2026-10-01 to 2026-10-31',
      '2026-11-01 to 2026-11-17',
    ]);
    expect(await report('flow', '--from', '2026-11-19')).toContain('Nobody moved.');
  });

  test('the flow for programs', async () => {
    const text = await report('flow', '--from', '2026-10-01', '--json');
    expect(JSON.parse(text)).toMatchObject([
      { model: 'five-stage', flows: [{ from: null, moves: 1 }, { byTime: 1 }] },
    ]);
  });

  test.each<[string[], string]>([
    [['goals', '--stage', 'growth'], 'no such stage'],
    [['goals', '--model', 'none'], 'No lifecycle model none is in use'],
    [['flow', '--from', '2027-01-01'], 'must not be in the future'],
    [['flow', '--from', '2026-10-01', '--to', '2026-10-01'], '`to` must be after `from`'],
  ])('%p is refused', async (words, message) => {
    await expect(run(['report', ...words])).rejects.toThrow(message);
  });

  test('a time of which nothing is known yet is told as such', async () => {
    clock.set('2026-12-10T10:00:00Z');
    const text = await report('goals', '--every', 'week', '--from', '2026-12-01');
    expect(text).toBe('Nothing is known of that time yet.\n');
    for (const every of [[], ['--every', 'month'], ['--every', 'week']]) {
      expect(await report('flow', '--from', '2026-12-01', ...every)).toBe(text);
    }
  });
});
