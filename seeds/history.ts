import type { Customer } from './customer';
import { Community } from './history.community';
import { Diary } from './history.diary';
import { answer, complain, sayFarewell } from './history.feedback';
import type { DraftEvent } from './history.model';
import { Orders } from './history.orders';
import { discover, register } from './history.registration';
import { visit } from './history.visits';
import type { Phase } from './personas';
import type { Random } from './random';

const DAYS_PER_MONTH = 30.44;

/** Everything one customer did, oldest first. */
export function drawHistory(random: Random, customer: Customer, currency: string): DraftEvent[] {
  const diary = new Diary(random, customer);
  const orders = new Orders(diary, currency);
  const community = new Community(diary);
  for (const touchpoint of customer.touchpoints) discover(diary, touchpoint);
  register(diary);
  for (const phase of customer.life.phases) live(diary, orders, community, phase);
  for (const age of customer.life.orderAges) orders.order(age);
  sayFarewell(diary);
  return diary.events.sort((left, right) => right.age - left.age);
}

/** The age of the first order; null where there is none. */
export function firstOrderAge(events: readonly DraftEvent[]): number | null {
  return events.find(({ name }) => name === 'Order Completed')?.age ?? null;
}

function live(diary: Diary, orders: Orders, community: Community, phase: Phase): void {
  const { random, customer } = diary;
  const { eagerness } = customer;
  arrivals(random, phase, phase.visits * eagerness, (age) => visit(diary, age));
  arrivals(random, phase, phase.orders * eagerness, (age) => orders.order(age));
  arrivals(random, phase, phase.community * eagerness, (age) => community.takePart(age));
  arrivals(random, phase, phase.feedback, (age) => answer(diary, age, phase.mood));
  arrivals(random, phase, phase.complaints, (age) => complain(diary, age));
}

/** Calls `happen` at the ages of a renewal process; the rate is per month. */
function arrivals(
  random: Random,
  phase: Phase,
  perMonth: number,
  happen: (age: number) => void,
): void {
  if (perMonth <= 0) return;
  const meanGapDays = DAYS_PER_MONTH / perMonth;
  const gap = () => random.erlang(phase.regularity, meanGapDays);
  for (let age = phase.fromAge - gap(); age > phase.toAge; age -= gap()) happen(age);
}
