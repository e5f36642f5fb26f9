import { Writable } from 'node:stream';
import { startProgress } from './progress';

class Screen extends Writable {
  text = '';
  readonly columns = 120;

  constructor(readonly isTTY: boolean) {
    super();
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }

  /** What was drawn, one entry for each time the line was drawn anew. */
  get frames(): string[] {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal control is what is removed
    return this.text.split(/\u001b(?:\[[0-9?;]*[a-zA-Z]|[78])|\n/).filter((frame) => frame !== '');
  }
}

function start(isTTY: boolean, total: number | null, totalIsOf?: 'bytes') {
  const screen = new Screen(isTTY);
  let ms = Date.parse('2026-01-01T00:00:00Z');
  const clock = { now: () => new Date(ms) };
  const progress = startProgress({
    unit: 'events',
    total,
    ...(totalIsOf && { totalIsOf }),
    stream: screen,
    clock,
  });
  const pass = (passedMs: number, count: number, part?: number) => {
    ms += passedMs;
    progress.advance(count, part);
  };
  return { screen, progress, pass };
}

describe('elsewhere than on a terminal', () => {
  it('writes a plain line every ten seconds and one at the end', () => {
    const { screen, progress, pass } = start(false, 50_000);
    for (let second = 0; second < 25; second += 1) pass(1_000, 400);
    progress.finish();
    expect(screen.text).toBe(
      '4,000/50,000 events (8 %), 400/s, 1m 55s left\n' +
        '8,000/50,000 events (16 %), 400/s, 1m 45s left\n' +
        '10,000/50,000 events (20 %) in 25s, 400/s\n',
    );
  });

  it.each([
    { total: 0, passedMs: 0, done: 0, line: '0/0 events (100 %) in 0s, 0/s' },
    { total: 3, passedMs: 0, done: 3, line: '3/3 events (100 %) in 0s, 0/s' },
    { total: 3, passedMs: 500, done: 2, line: '2/3 events (66 %) in 1s, 4/s' },
    { total: 2, passedMs: 3_661_000, done: 0, line: '0/2 events (0 %), 0/s, – left' },
  ])('says "$line"', ({ total, passedMs, done, line }) => {
    const { screen, progress, pass } = start(false, total);
    pass(passedMs, done);
    progress.finish();
    expect(screen.text.split('\n')[0]).toBe(line);
  });

  it('counts one thing and measures another', () => {
    const { screen, progress, pass } = start(false, 1_000_000, 'bytes');
    pass(10_000, 500, 250_000);
    progress.finish();
    expect(screen.text).toBe('500 events (25 %), 50/s, 30s left\n500 events (25 %) in 10s, 50/s\n');
  });

  it('ends once', () => {
    const { screen, progress } = start(false, 1);
    progress.finish();
    progress.finish();
    expect(screen.text.match(/\n/g)).toHaveLength(1);
  });
});

describe('on a terminal', () => {
  it('draws a bar with the count, the rate and the time left', () => {
    const { screen, progress, pass } = start(true, 10_000);
    pass(2_000, 2_500);
    progress.finish();
    progress.finish();
    expect(screen.frames[0]).toBe(`${'░'.repeat(24)}   0 %  0/10,000 events  0/s  – left`);
    expect(screen.frames.at(-1)).toBe(
      `${'█'.repeat(6)}${'░'.repeat(18)}  25 %  2,500/10,000 events  1,250/s  6s left`,
    );
  });

  it('draws the bar by what is measured', () => {
    const { screen, progress, pass } = start(true, 1_000_000, 'bytes');
    pass(2_000, 2_500, 250_000);
    progress.finish();
    expect(screen.frames.at(-1)).toBe(
      `${'█'.repeat(6)}${'░'.repeat(18)}  25 %  2,500 events  1,250/s  6s left`,
    );
  });

  it('is a plain line where nobody knows how much there is', () => {
    const { screen, progress, pass } = start(true, null, 'bytes');
    pass(10_000, 500, 250_000);
    progress.finish();
    expect(screen.text).toBe('500 events, 50/s\n500 events in 10s, 50/s\n');
  });

  it('does not break where there is nothing to do or more than was said', () => {
    const { screen, progress, pass } = start(true, 0);
    pass(1_000, 5);
    progress.finish();
    expect(screen.frames.at(-1)).toContain('5/0 events');
  });
});
