import { Random } from './random';

describe('Random', () => {
  it('gives the same draws for the same labels, on every machine', () => {
    const random = Random.of(1, 'somebody');
    expect(Array.from({ length: 4 }, () => random.integer(0, 999_999))).toEqual([
      904_203, 258_092, 4_144, 271_713,
    ]);
  });

  it.each([
    ['another seed', Random.of(2, 'a')],
    ['another label', Random.of(1, 'b')],
    ['labels cut elsewhere', Random.of('1a')],
  ])('gives other draws for %s', (_, other) => {
    expect(other.next()).not.toBe(Random.of(1, 'a').next());
  });

  it.each<{ what: string; draw: (random: Random) => number; mean: number; deviation: number }>([
    { what: 'uniform', draw: (random) => random.between(2, 4), mean: 3, deviation: 0.577 },
    { what: 'whole', draw: (random) => random.integer(1, 6), mean: 3.5, deviation: 1.708 },
    { what: 'exponential', draw: (random) => random.exponential(5), mean: 5, deviation: 5 },
    { what: 'erlang', draw: (random) => random.erlang(4, 5), mean: 5, deviation: 2.5 },
    { what: 'normal', draw: (random) => random.normal(), mean: 0, deviation: 1 },
    {
      what: 'logarithm of log-normal',
      draw: (random) => Math.log(random.logNormal(10, 0.5)),
      mean: Math.log(10),
      deviation: 0.5,
    },
    {
      what: 'weighted',
      draw: (random) =>
        random.weighted([
          [0, 3],
          [1, 1],
        ]),
      mean: 0.25,
      deviation: 0.433,
    },
  ])('draws $what values with the right mean and spread', ({ draw, mean, deviation }) => {
    const random = Random.of('moments');
    const draws = Array.from({ length: 20_000 }, () => draw(random));
    const found = draws.reduce((sum, value) => sum + value, 0) / draws.length;
    const variance = draws.reduce((sum, value) => sum + (value - found) ** 2, 0) / draws.length;
    // Four standard errors of the mean.
    expect(Math.abs(found - mean)).toBeLessThan((4 * deviation) / Math.sqrt(draws.length));
    expect(Math.sqrt(variance) / deviation).toBeCloseTo(1, 1);
  });

  it('shuffles without losing anything', () => {
    const shuffled = Random.of('cards').shuffled([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(shuffled).not.toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...shuffled].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('makes ids in the form of a UUID', () => {
    expect(Random.of('id').uuid()).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});
