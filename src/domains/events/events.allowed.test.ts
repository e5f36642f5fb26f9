import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { createPipeline } from '../../../test/support/pipeline';
import { type ProfileId, toPublicId } from '../../shared/ids';
import type { AllowedEvents, IncomingEvent } from './events.model';

const { database } = useTestDatabase();
const clock = new TestClock('2026-06-15T12:00:00Z');
const { events } = createPipeline(database, { clock });

let count = 0;

/** @param identifiers e.g. `user_id:ann` */
function event(name: string, ...identifiers: string[]): IncomingEvent {
  count += 1;
  return {
    messageId: `m-${count}`,
    name,
    identifiers: identifiers.map((text) => {
      const [namespace = '', value = ''] = text.split(':');
      return { namespace, value };
    }),
  };
}

function only(allowed: { namespaces?: string[]; eventNames?: string[] }): AllowedEvents {
  const setOf = (names: string[] | undefined) => (names === undefined ? null : new Set(names));
  return { namespaces: setOf(allowed.namespaces), eventNames: setOf(allowed.eventNames) };
}

async function send(allowed: AllowedEvents, ...batch: IncomingEvent[]) {
  return (await events.ingest('source:shop', batch, allowed)).outcomes;
}

it('quarantines events of other names, and no others with them', async () => {
  const allowed = only({ eventNames: ['Seen'] });
  const stranger = event('Order Completed', 'user_id:ann');
  const outcomes = await send(
    allowed,
    event('Seen', 'user_id:ann'),
    stranger,
    event('seen', 'user_id:ann'),
  );
  expect(outcomes).toMatchObject([
    { status: 'ACCEPTED' },
    { status: 'QUARANTINED', reason: 'EVENT_NAME_NOT_ALLOWED' },
    { status: 'QUARANTINED', reason: 'EVENT_NAME_NOT_ALLOWED' },
  ]);
  const kept = await database.query(
    'select reason, payload::jsonb as payload from quarantined_event where message_id = $1',
    [stranger.messageId],
  );
  expect(kept).toEqual([{ reason: 'EVENT_NAME_NOT_ALLOWED', payload: stranger }]);
  // Allowed from now on, it is taken: nothing was remembered against it.
  expect(await send(only({}), { ...stranger, properties: { revenue: 1 } })).toMatchObject([
    { status: 'ACCEPTED' },
  ]);
});

it('does not use identifiers of other namespaces, and says so', async () => {
  const allowed = only({ namespaces: ['user_id'] });
  const [outcome] = await send(allowed, event('Seen', 'user_id:bob', 'email:bob@example.com'));
  expect(outcome).toMatchObject({
    status: 'ACCEPTED',
    demotions: [{ namespace: 'email', value: 'bob@example.com', reason: 'NAMESPACE_NOT_ALLOWED' }],
  });
  const held = await database.query('select 1 from identifier where value = $1', [
    'bob@example.com',
  ]);
  expect(held).toEqual([]);
});

it('quarantines an event of which no identifier is left', async () => {
  const allowed = only({ namespaces: ['user_id'] });
  expect(await send(allowed, event('Seen', 'email:bob@example.com', 'user_id:null'))).toEqual([
    {
      status: 'QUARANTINED',
      reason: 'NO_USABLE_IDENTIFIER',
      detail: 'None can be used (email: NAMESPACE_NOT_ALLOWED, user_id: JUNK_VALUE).',
    },
  ]);
});

it('lets nobody name a profile by its id where that is not allowed', async () => {
  const [made] = await send(only({}), event('Seen', 'user_id:eve'));
  const { profileId } = made as { profileId: ProfileId };
  const addressed = event('Seen', `profile_id:${toPublicId('prf', profileId)}`);
  expect(await send(only({ namespaces: ['user_id'] }), addressed)).toMatchObject([
    { status: 'QUARANTINED', reason: 'NO_USABLE_IDENTIFIER' },
  ]);
  expect(await send(only({ namespaces: ['profile_id'] }), addressed)).toMatchObject([
    { status: 'ACCEPTED', profileId },
  ]);
});

it('logs a namespace that is not allowed once for a customer, whatever its values', async () => {
  const allowed = only({ namespaces: ['user_id'] });
  await send(
    allowed,
    event('Seen', 'user_id:log', 'device_id:one'),
    event('Seen', 'user_id:log', 'device_id:two'),
  );
  const warnings = await database.query(
    `select value, times from identity_warning where rule = 'NAMESPACE_NOT_ALLOWED'
     and namespace = 'device_id'`,
  );
  expect(warnings).toEqual([{ value: 'one', times: 2 }]);
});

it('holds for every part of what is too much for one transaction', async () => {
  const batch = Array.from({ length: 501 }, (_, index) => event('Seen', `user_id:part-${index}`));
  batch.push(event('Other', 'user_id:part-0'));
  const outcomes = await send(only({ eventNames: ['Seen'] }), ...batch);
  expect(outcomes.filter(({ status }) => status === 'ACCEPTED')).toHaveLength(501);
  expect(outcomes.at(-1)).toMatchObject({ reason: 'EVENT_NAME_NOT_ALLOWED' });
});
