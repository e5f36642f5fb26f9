import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { systemClock } from '../../shared/clock';
import { HeldClock } from '../../shared/held-clock';
import { Foresight } from '../database/foresight';
import { OperationKits } from './operation-kits';
import { OperationRun } from './operation-run';
import { ReadGroups } from './read-groups';

const load = async (keys: readonly unknown[]) => keys;
const unknownLoad = async (keys: readonly unknown[]) => keys;

/** A run of its own, and the clock of its resolvers. */
function newRun({ isClosed = false } = {}) {
  const clock = new HeldClock(systemClock);
  const kits = new OperationKits(() => ({
    resolvers: new Map(),
    loads: [load],
    gather: (work) => work(),
    follow: () => undefined,
    clock,
  }));
  const answer = Object.assign(new EventEmitter(), { closed: isClosed, writableFinished: false });
  const groups = new ReadGroups(kits, () => undefined);
  return { run: new OperationRun(kits, groups, answer as unknown as ServerResponse), clock };
}

describe('an operation loads', () => {
  it('with others of its document, where it is a query', () => {
    const { run } = newRun();
    run.watch(60_000);
    run.foresee(new Foresight());
    expect(run.through(load)).not.toBe(load);
    expect(run.through(unknownLoad)).toBe(unknownLoad);
    run.end();
  });

  it('by itself, where it is a mutation', () => {
    const { run } = newRun();
    run.foresee(new Foresight());
    expect(run.through(load)).toBe(load);
    run.end();
  });

  it('by itself, where it has been told the time already: a group’s would be another', () => {
    const { run, clock } = newRun();
    run.watch(60_000);
    run.foresee(new Foresight());
    const told = clock.now();
    expect(run.through(load)).toBe(load);
    expect(clock.now()).toBe(told);
    run.end();
  });

  it('by itself, where its caller has hung up, which fails', () => {
    const { run } = newRun({ isClosed: true });
    run.watch(60_000);
    run.foresee(new Foresight());
    expect(run.through(load)).toBe(load);
    expect(run.givenUpFor).not.toBeNull();
    run.end();
  });

  it('with nobody any more, once it is answered', () => {
    const { run } = newRun();
    run.watch(60_000);
    run.foresee(new Foresight());
    run.end();
    expect(run.through(load)).toBe(load);
  });
});
