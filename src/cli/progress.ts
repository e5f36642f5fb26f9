import { SingleBar } from 'cli-progress';
import type { Clock } from '../shared/clock';

/** Tells a person how far a long job is. */
export interface Progress {
  /** Adds to what is done. Cheap enough to be called for every batch. */
  advance(count: number): void;
  /**
   * Shows the end state and lets go of the terminal. Always to be called, in a `finally`: a bar
   * that is not finished keeps the process alive. A second call does nothing.
   */
  finish(): void;
}

export interface ProgressOptions {
  /** What is counted, in the plural: `events`. */
  readonly unit: string;
  /** How much there is to do. */
  readonly total: number;
  /** Where to write: standard error, so that a redirected result stays clean. */
  readonly stream: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly clock: Clock;
}

/** Often enough to see that it lives, seldom enough not to fill a log. */
const PLAIN_LINE_INTERVAL_MS = 10_000;

/** A bar with rate and time left on a terminal; elsewhere a plain line now and then. */
export function startProgress(options: ProgressOptions): Progress {
  const tally = new Tally(options.total, options.clock);
  return options.stream.isTTY === true
    ? new BarProgress(options, tally)
    : new PlainProgress(options, tally);
}

class Tally {
  done = 0;
  private readonly startedAt: number;

  constructor(
    readonly total: number,
    private readonly clock: Clock,
  ) {
    this.startedAt = clock.now().getTime();
  }

  get elapsedMs(): number {
    return Math.max(0, this.clock.now().getTime() - this.startedAt);
  }

  /** Per second, over the whole run: the figure a summary would give. 0 before any time passed. */
  get rate(): number {
    return this.elapsedMs === 0 ? 0 : (this.done * 1000) / this.elapsedMs;
  }

  /** The time left at that rate, e.g. `1m 05s`; `–` while nothing is known. */
  get timeLeft(): string {
    return this.rate === 0 ? '–' : formatDuration(Math.max(0, this.total - this.done) / this.rate);
  }

  get percent(): number {
    return this.total === 0 ? 100 : Math.floor((this.done * 100) / this.total);
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
      format: `{bar} {percent} %  {done}/{of} ${options.unit}  {rate}/s  {left} left`,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: 24,
      // Left on, so that a process that is killed does not leave the terminal changed.
      linewrap: true,
    });
    this.bar.start(Math.max(1, tally.total), 0, this.payload());
  }

  advance(count: number): void {
    this.tally.done += count;
    this.bar.update(Math.min(this.tally.done, Math.max(1, this.tally.total)), this.payload());
  }

  finish(): void {
    this.bar.update(this.payload());
    this.bar.stop();
  }

  private payload(): Record<string, string> {
    const { done, total, rate, percent, timeLeft } = this.tally;
    return {
      percent: String(percent).padStart(3),
      done: formatCount(done),
      of: formatCount(total),
      rate: formatCount(rate),
      left: timeLeft,
    };
  }
}

class PlainProgress implements Progress {
  private nextLineMs = PLAIN_LINE_INTERVAL_MS;
  private isFinished = false;

  constructor(
    private readonly options: ProgressOptions,
    private readonly tally: Tally,
  ) {}

  advance(count: number): void {
    this.tally.done += count;
    const { elapsedMs, rate, timeLeft } = this.tally;
    if (this.isFinished || elapsedMs < this.nextLineMs) return;
    this.nextLineMs = elapsedMs + PLAIN_LINE_INTERVAL_MS;
    this.write(`${this.state()}, ${formatCount(rate)}/s, ${timeLeft} left`);
  }

  finish(): void {
    if (this.isFinished) return;
    this.isFinished = true;
    const { elapsedMs, rate } = this.tally;
    this.write(`${this.state()} in ${formatDuration(elapsedMs / 1000)}, ${formatCount(rate)}/s`);
  }

  private state(): string {
    const { done, total, percent } = this.tally;
    return `${formatCount(done)}/${formatCount(total)} ${this.options.unit} (${percent} %)`;
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
