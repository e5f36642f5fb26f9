import { TestClock } from '../../../test/support/clock';
import { useTestDatabase } from '../../../test/support/database';
import { createPipeline } from '../../../test/support/pipeline';
import { RequestContext } from '../../platform/graphql/context';
import { uuidSource } from '../../shared/ids';
import { defaultIdentityPolicy, IdentityReads } from '../identity';
import { everythingAllowed } from './events.model';
import { EventReads } from './events.reads';
import { EventResolver } from './events.resolver';

const { database } = useTestDatabase();
const clock = new TestClock('2026-06-15T12:00:00Z');
const { events } = createPipeline(database, { clock });
const profiles = new IdentityReads(database, defaultIdentityPolicy);
const admission = { admit: () => everythingAllowed };
const resolver = new EventResolver(
  events,
  new EventReads(database),
  profiles,
  uuidSource,
  admission,
);

function contextOfTest(): RequestContext {
  return new RequestContext('request', {
    kind: 'KEY',
    name: 'test',
    scopes: new Set(),
  });
}

function tell(city: string, messageId: string | null = null) {
  const identifiers = [{ namespace: 'user_id', value: 'ann' }];
  return { messageId, name: 'Moved', identifiers, traits: { city } };
}

it('shows what the last of several mutations in one request did', async () => {
  const context = contextOfTest();
  for (const city of ['Oslo', 'Rome']) {
    clock.advanceDays(1);
    const { profiles: shown } = await resolver.recordEvents([tell(city)], context);
    const [profile] = shown;
    if (profile === undefined) throw new Error('The event belongs to a profile.');
    expect(await context.load(profiles.traitsByProfile, profile.profileId)).toEqual({ city });
  }
});

it('counts what became of the events, and names them as they were sent', async () => {
  const payload = await resolver.recordEvents(
    [tell('Rome', 'm-1'), tell('Rome', 'm-1'), tell('Rome', ' ')],
    contextOfTest(),
  );
  expect(payload).toMatchObject({ accepted: 1, duplicates: 1, quarantined: 1 });
  expect(payload.outcomes.map((one) => one.messageId)).toEqual(['m-1', 'm-1', ' ']);
  expect(payload.profiles).toHaveLength(1);
});

it('takes 500 events and no more', async () => {
  const batch = (length: number) => Array.from({ length }, () => tell('Rome'));
  expect(await resolver.recordEvents(batch(500), contextOfTest())).toMatchObject({ accepted: 500 });
  await expect(resolver.recordEvents(batch(501), contextOfTest())).rejects.toMatchObject({
    code: 'INVALID_INPUT',
  });
});
