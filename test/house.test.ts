import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/**
 * Reads the source itself for what the house does not allow. Imports are dependency-cruiser's and
 * types and style are the compiler's and Biome's; here is what none of them looks for.
 */

const root = join(__dirname, '..');

interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly lines: readonly string[];
}

const files: readonly SourceFile[] = [
  'src',
  'migrations',
  'scripts',
  'seeds',
  'test',
  'bench',
  'examples',
]
  .flatMap((folder) => listSources(join(root, folder)))
  .map((file) => ({
    path: relative(root, file).split(sep).join('/'),
    lines: readFileSync(file, 'utf8').split('\n'),
  }))
  // This file names everything that it bans; and the generator writes as it likes.
  .filter(
    ({ path }) => path !== 'test/house.test.ts' && path !== 'examples/typed-client/generated.ts',
  );

const product = files.filter(({ path }) => path.startsWith('src/') && !isTest(path));
const tests = files.filter(({ path }) => isTest(path));

interface Ban {
  readonly what: string;
  readonly why: string;
  readonly pattern: RegExp;
  readonly among: readonly SourceFile[];
  /** Files, or folders that end with a slash. */
  readonly except?: readonly string[];
}

const bans: readonly Ban[] = [
  {
    what: 'process.env',
    why: 'configuration is an argument, read at the ways in only',
    pattern: /process\.env/,
    among: product,
    except: [
      'src/main.ts',
      'src/worker.ts',
      'src/cli.ts',
      'src/cli/',
      // The server's own programs are found and linked through these, as by any shell.
      'src/platform/database/embedded/run-tool.ts',
    ],
  },
  {
    what: 'the present',
    why: 'the clock is an argument',
    pattern: /new Date\(\s*\)|Date\.now\(/,
    among: product,
    except: [
      'src/shared/clock.ts',
      // Compared with the age of a file, which the system's clock gave.
      'src/platform/database/embedded/lock.ts',
    ],
  },
  {
    what: 'a stopwatch',
    why: 'only the platform measures durations',
    pattern: /performance\.now|process\.hrtime/,
    among: product,
    except: [
      'src/platform/database/embedded/poll.ts',
      'src/platform/graphql/graphql-server.ts',
      'src/platform/jobs/job-runner.ts',
    ],
  },
  {
    what: 'Math.random',
    why: 'what is drawn cannot be drawn again: randomness is an argument, secrets are of node:crypto',
    pattern: /Math\.random/,
    among: files,
  },
  {
    what: 'console',
    why: 'the logger is structured and holds no personal data',
    pattern: /\bconsole\./,
    among: product,
  },
  {
    what: 'any',
    why: 'it switches the types off',
    pattern: /\bas any\b|:\s*any\b|<any>|\bany\[\]/,
    among: files,
  },
  {
    what: 'a silenced compiler',
    why: 'a type that does not fit is a fault to mend',
    pattern: /@ts-(ignore|nocheck|expect-error)/,
    among: files,
  },
  {
    what: 'a test that runs alone',
    why: 'the others would not run',
    pattern: /\b(it|test|describe)\.only\b|\b(fit|fdescribe)\(/,
    among: tests,
  },
  {
    what: 'a test that does not run',
    why: 'it says nothing; where a machine lacks what a test needs, it is to fail or to say so aloud',
    pattern: /\b(it|test|describe)\.(skip|todo)\b|\b(xit|xtest|xdescribe)\(/,
    among: tests,
    // Skips that depend on the machine, each for what it names beside the skip.
    except: [
      // The published log, which is not ours to hand on.
      'src/cli/commands/import-orders.test.ts',
      'src/cli/formats/cdnow.test.ts',
      'test/invariants/cdnow-churn.test.ts',
      // Root, who has to hand the server over to another user; and `ps`, for systems without /proc.
      'src/platform/database/embedded/embedded-postgres.test.ts',
      'src/platform/database/embedded/processes.test.ts',
    ],
  },
  {
    what: 'state of a module',
    why: 'what lives on belongs to an app; many test files share a loaded module',
    pattern: /^(export )?(let |const \w+(: .+)? = new (Weak)?(Map|Set)(<.+>)?\(\))/,
    among: product,
    except: [
      // Random bits in store, and plans by their text: the same for everybody.
      'src/shared/uuid.ts',
      'src/platform/database/prepared.ts',
    ],
  },
  {
    what: 'a mocked module',
    why: 'modules of the product are loaded once for many test files, by Node (test-runtime.js)',
    pattern: /\bjest\.(mock|doMock|unmock|isolateModules|resetModules)\b/,
    among: tests,
  },
  {
    what: 'what Node 20 does not know',
    why: 'the floor is Node 20.19, and the compiler allows a later library',
    pattern: /\b(Object|Map)\.groupBy\(|Promise\.(withResolvers|try)\(|Array\.fromAsync\(/,
    among: files,
  },
];

it('reads the source', () => {
  expect(product.length).toBeGreaterThan(50);
  expect(tests.length).toBeGreaterThan(20);
});

describe('nowhere but where it belongs', () => {
  it.each(bans)('$what: $why', ({ pattern, among, except = [] }) => {
    const found = among
      .filter(({ path }) => !except.some((one) => isWithin(path, one)))
      .flatMap(({ path, lines }) =>
        lines.flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : [])),
      );
    expect(found).toEqual([]);
  });

  it('every exception is still needed', () => {
    const needless = bans.flatMap(({ what, pattern, among, except = [] }) =>
      except
        // A folder is a place where something may be, a file one where it is.
        .filter((one) => !one.endsWith('/'))
        .filter(
          (one) =>
            !among.some(
              ({ path, lines }) => path === one && lines.some((line) => pattern.test(line)),
            ),
        )
        .map((one) => `${what}: ${one}`),
    );
    expect(needless).toEqual([]);
  });
});

describe('a file fits a reader', () => {
  const LINES_MAX = 400;

  it(`with at most ${LINES_MAX} lines, tests apart`, () => {
    const tooLong = files
      .filter(({ path }) => !isTest(path) && !path.startsWith('test/'))
      .filter(({ lines }) => lines.length > LINES_MAX)
      .map(({ path, lines }) => `${path}: ${lines.length} lines`);
    expect(tooLong).toEqual([]);
  });
});

it('a migration is named for the time that its class is, by which the start tells it', () => {
  const misnamed = files
    .filter(({ path }) => path.startsWith('migrations/'))
    .filter(({ path, lines }) => {
      const [, year, month, day, hour, minute, second] =
        /\/(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)-/.exec(path) ?? [];
      const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
      return !lines.some((line) => new RegExp(`^export class \\w+\\D${time} `).test(line));
    })
    .map(({ path }) => path);
  expect(misnamed).toEqual([]);
});

function listSources(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('node_modules'));
}

function isTest(path: string): boolean {
  return path.endsWith('.test.ts');
}

function isWithin(path: string, place: string): boolean {
  return place.endsWith('/') ? path.startsWith(place) : path === place;
}
