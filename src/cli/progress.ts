import { SingleBar } from 'cli-progress';
import type { Clock } from '../shared/clock';

/** Tells a person how far a long job is. */
export interface Progress {
  /**
   * Adds to what is done. Cheap enough to be called for every batch.
   * @param part how much of the total that is, where the total is of something else than the unit
   */
  advance(count: number, part?: number): void;
  /**
   * Shows the end state and lets go of the terminal. Always to be called, in a `finally`: a bar
   * that is not finished keeps the process alive. A second call does nothing.
   */
  finish(): void;
}

export interface ProgressOptions {
  /** What is counted, in the plural: `events`. */
  readonly unit: string;
  /** How much there is to do; null where nobody knows. */
  readonly total: number | null;
  /** What the total is of, where that is not the unit: an import counts events, but knows bytes. */
  readonly totalIsOf?: 'bytes';
  /** Where to write: standard error, so that a redirected result stays clean. */
  readonly stream: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly clock: Clock;
}

/** Often enough to see that it lives, seldom enough not to fill a log. */
const PLAIN_LINE_INTERVAL_MS = 10_000;

/** A bar with rate and time left on a terminal; elsewhere a plain line now and then. */
export function startProgress(options: ProgressOptions): Progress {
  const tally = new Tally(options);
  // There is no bar of what has no end.
  return options.stream.isTTY === true && options.total !== null
    ? new BarProgress(options, tally)
    : new PlainProgress(options, tally);
}

class Tally {
  private done = 0;
  /** Of the total. */
  private donePart = 0;
  private readonly startedAt: number;

  constructor(private readonly options: ProgressOptions) {
    this.startedAt = options.clock.now().getTime();
  }

  add(count: number, part: number): void {
    this.done += count;
    this.donePart += part;
  }

  get elapsedMs(): number {
    return Math.max(0, this.options.clock.now().getTime() - this.startedAt);
  }

  /** Units a second, over the whole run: the figure a summary would give. */
  get rate(): string {
    return `${formatCount(this.perSecond(this.done))}/s`;
  }

  /** The time left at that rate, e.g. `1m 05s`; `–` while nothing is known. */
  get timeLeft(): string {
    const perSecond = this.perSecond(this.donePart);
    const { total } = this.options;
    if (perSecond === 0 || total === null) return '–';
    return formatDuration(Math.max(0, total - this.donePart) / perSecond);
  }

  get percent(): number {
    const { total } = this.options;
    if (total === null) return 0;
    return total === 0 ? 100 : Math.min(100, Math.floor((this.donePart * 100) / total));
  }

  /** How much of the total, and never more: files grow. */
  get filled(): number {
    return Math.min(this.donePart, this.end);
  }

  /** A bar has to have an end. */
  get end(): number {
    return Math.max(1, this.options.total ?? 0);
  }

  /** E.g. `4,000/50,000 events`, or `4,000 events` of which nobody knows how many there are. */
  get count(): string {
    const { total, totalIsOf, unit } = this.options;
    const of = total === null || totalIsOf !== undefined ? '' : `/${formatCount(total)}`;
    return `${formatCount(this.done)}${of} ${unit}`;
  }

  /** 0 before any time passed. */
  private perSecond(done: number): number {
    return this.elapsedMs === 0 ? 0 : (done * 1000) / this.elapsedMs;
  }
}

class BarProgress implements Progress {
  private readonly bar: SingleBar;

  constructor(
    options: ProgressOptions,
    private readonly tally: Tally,
  ) {
    this.bar = new SingleBar({
      stream: options.stream,
      format: '{bar} {percent} %  {count}  {rate}  {left} left',
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: 24,
      // Left on, so that a process that is killed does not leave the terminal changed.
      linewrap: true,
    });
    this.bar.start(tally.end, 0, this.payload());
  }

  advance(count: number, part = count): void {
    this.tally.add(count, part);
    this.bar.update(this.tally.filled, this.payload());
  }

  finish(): void {
    this.bar.update(this.payload());
    this.bar.stop();
  }

  private payload(): Record<string, string> {
    const { count, rate, percent, timeLeft } = this.tally;
    return { percent: String(percent).padStart(3), count, rate, left: timeLeft };
  }
}

class PlainProgress implements Progress {
  private nextLineMs = PLAIN_LINE_INTERVAL_MS;
  private isFinished = false;

  constructor(
    private readonly options: ProgressOptions,
    private readonly tally: Tally,
  ) {}

  advance(count: number, part = count): void {
    this.tally.add(count, part);
    const { elapsedMs, rate, timeLeft } = this.tally;
    if (this.isFinished || elapsedMs < this.nextLineMs) return;
    this.nextLineMs = elapsedMs + PLAIN_LINE_INTERVAL_MS;
    this.write(`${this.state()}, ${rate}${this.isEndless ? '' : `, ${timeLeft} left`}`);
  }

  finish(): void {
    if (this.isFinished) return;
    this.isFinished = true;
    const { elapsedMs, rate } = this.tally;
    this.write(`${this.state()} in ${formatDuration(elapsedMs / 1000)}, ${rate}`);
  }

  private get isEndless(): boolean {
    return this.options.total === null;
  }

  private state(): string {
    const { count, percent } = this.tally;
    return this.isEndless ? count : `${count} (${percent} %)`;
  }

  private write(line: string): void {
    this.options.stream.write(`${line}\n`);
  }
}

function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

function formatDuration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${twoDigits(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h ${twoDigits(Math.floor((whole % 3600) / 60))}m`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
