import type { App } from '../src/app';
import type { ProfileId } from '../src/shared/ids';
import { loadingSteps } from './loading';
import { DEMO_SOURCE } from './population';
import type { DemoAdjustment, DemoReferralCode, Population } from './population.model';

/** What the loader needs of the application. */
export type LoadDoors = Pick<App, 'events' | 'referrals' | 'loyalty'> & {
  readonly reads: Pick<App['reads'], 'identity'>;
};

/** Events handed over at once. */
const CHUNK = 500;

/**
 * Sends a population through the same doors that everybody uses. May be run again after it was
 * interrupted: what is there already is not taken twice.
 * @param signal stops it between two chunks, by throwing its reason
 * @param onProgress told how many more events are done
 */
export async function loadPopulation(
  population: Population,
  doors: LoadDoors,
  signal: AbortSignal,
  onProgress: (events: number) => void,
): Promise<void> {
  for (const step of loadingSteps(population)) {
    switch (step.kind) {
      case 'EVENTS':
        for (let start = 0; start < step.events.length; start += CHUNK) {
          signal.throwIfAborted();
          const chunk = step.events.slice(start, start + CHUNK);
          await doors.events.ingest(DEMO_SOURCE, chunk);
          onProgress(chunk.length);
        }
        break;
      case 'CODES':
        for (const code of step.codes) await createCode(doors, code);
        break;
      case 'ADJUSTMENTS':
        for (const adjustment of step.adjustments) await adjust(doors, adjustment);
        break;
    }
  }
}

async function createCode(doors: LoadDoors, demo: DemoReferralCode): Promise<void> {
  const profileId = await profileOf(doors, demo.userId);
  await doors.referrals.createCode({ profileId, wanted: demo.code, createdAt: demo.createdAt });
}

async function adjust(doors: LoadDoors, adjustment: DemoAdjustment): Promise<void> {
  await doors.loyalty.adjustPoints({
    profileId: await profileOf(doors, adjustment.userId),
    points: BigInt(adjustment.points),
    reason: adjustment.reason,
    note: adjustment.note,
    idempotencyKey: adjustment.key,
    actor: DEMO_SOURCE,
  });
}

async function profileOf(doors: LoadDoors, userId: string): Promise<ProfileId> {
  const profileId = await doors.reads.identity.profileIdByIdentifier({
    namespace: 'user_id',
    value: userId,
  });
  if (profileId === null) throw new Error(`The demo customer ${userId} was not created.`);
  return profileId;
}
