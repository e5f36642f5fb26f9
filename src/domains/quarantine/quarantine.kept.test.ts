import { FIRST, nameless, useQuarantine } from '../../../test/support/quarantine';

const quarantine = useQuarantine();
const { clock, find, setAside, setAsideAndCorrect } = quarantine;

describe('what is kept', () => {
  it('is the whole event as it was sent, with when and how often', async () => {
    const event = nameless({
      occurredAt: new Date('2026-06-01T08:00:00Z'),
      properties: { page: '/cart' },
      traits: { name: 'Mei' },
      channel: 'web',
    });
    await setAside(event);
    clock.set('2026-06-16T12:00:00Z');
    const row = await setAside(event);
    expect(JSON.parse(row.payload)).toEqual(JSON.parse(JSON.stringify(event)));
    expect(row).toMatchObject({
      source: 'shop',
      reason: 'NO_USABLE_IDENTIFIER',
      detail: 'None can be used (user_id: JUNK_VALUE).',
      firstReceivedAt: new Date(FIRST),
      lastReceivedAt: new Date('2026-06-16T12:00:00Z'),
      timesReceived: 2,
      state: 'PENDING',
      correction: null,
      settledAt: null,
    });
  });

  it('counts a message that came twice in one batch, and keeps the later one', async () => {
    const event = nameless();
    await quarantine.app.events.ingest('shop', [event, { ...event, name: 'Later' }]);
    const row = await find(event.messageId);
    expect([row.timesReceived, JSON.parse(row.payload).name]).toEqual([2, 'Later']);
  });

  it('is what was sent last, and a correction of something else is void', async () => {
    const event = nameless();
    const row = await setAsideAndCorrect(event);
    expect((await setAside(event)).correction).not.toBeNull();
    const changed = { ...event, name: ' ' };
    expect(await setAside(changed)).toMatchObject({
      quarantineId: row.quarantineId,
      reason: 'MISSING_NAME',
      payload: JSON.stringify(changed),
      correction: null,
      correctedBy: null,
      timesReceived: 3,
    });
  });
});
