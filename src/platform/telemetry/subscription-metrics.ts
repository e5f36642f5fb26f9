import { Counter, Gauge, type Registry } from 'prom-client';

/** Why connections were closed by us, or never opened. */
export type SocketRefusal =
  | 'origin'
  | 'too_many_connections'
  | 'too_many_messages'
  | 'unauthenticated'
  | 'unavailable'
  | 'no_pong'
  | 'too_slow'
  | 'interrupted';

/** What this process tells the other ones at its database of changes, and hears of. */
export interface LiveCounts {
  readonly told: number;
  readonly heard: number;
  readonly interruptions: number;
}

/** What Prometheus reads of subscriptions. */
export class SubscriptionMetrics {
  private readonly sockets: Gauge;
  private readonly subscriptions: Gauge;
  private readonly messages: Counter;
  private readonly refusals: Counter<'reason'>;
  private readonly overflows: Counter;

  constructor(registry: Registry, live: () => LiveCounts) {
    const registers = [registry];
    this.sockets = new Gauge({
      name: 'perennial_subscription_connections',
      help: 'WebSocket connections that are open.',
      registers,
    });
    this.subscriptions = new Gauge({
      name: 'perennial_subscriptions',
      help: 'Subscriptions that are open.',
      registers,
    });
    this.messages = new Counter({
      name: 'perennial_subscription_messages_total',
      help: 'Results sent to subscribers.',
      registers,
    });
    this.refusals = new Counter({
      name: 'perennial_subscription_connections_refused_total',
      help: 'Connections refused or cut off, by reason.',
      labelNames: ['reason'] as const,
      registers,
    });
    this.overflows = new Counter({
      name: 'perennial_subscription_overflows_total',
      help: 'Subscriptions ended since more changes waited than may.',
      registers,
    });
    for (const [name, help] of LIVE_COUNTERS) {
      new Counter({
        name: `perennial_live_${name}_total`,
        help,
        registers,
        collect() {
          this.reset();
          this.inc(live()[name]);
        },
      });
    }
  }

  connections(open: number): void {
    this.sockets.set(open);
  }

  began(): void {
    this.subscriptions.inc();
  }

  ended(): void {
    this.subscriptions.dec();
  }

  sent(): void {
    this.messages.inc();
  }

  overflowed(): void {
    this.overflows.inc();
  }

  refused(reason: SocketRefusal): void {
    this.refusals.inc({ reason });
  }
}

const LIVE_COUNTERS = [
  ['told', 'Notifications of changes sent to the processes at this database.'],
  ['heard', 'Notifications heard from the processes at this database.'],
  ['interruptions', 'Times at which changes may have been missed.'],
] as const satisfies readonly (readonly [keyof LiveCounts, string])[];
