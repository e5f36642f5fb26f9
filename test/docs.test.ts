import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { defaultDuplicatePolicy } from '../src/domains/duplicates';
import { defaultEventLimits, defaultEventMap } from '../src/domains/events';
import { defaultIdentityPolicy } from '../src/domains/identity';
import { fiveStageModel } from '../src/domains/lifecycle';
import { factDefinitions } from '../src/domains/lifecycle/facts/facts';
import type { Threshold } from '../src/domains/lifecycle/models/model';
import { defaultLoyaltyPolicy } from '../src/domains/loyalty';
import { fieldAccess } from '../src/field-access';
import { scopeNames } from '../src/platform/auth/scopes';

const root = resolve(__dirname, '..');
const NOT_OURS = new Set(['node_modules', 'dist', 'coverage']);

const readme = read('README.md');
const architecture = read('docs/ARCHITECTURE.md');
const sending = read('docs/guides/sending-events.md');
const stages = read('docs/guides/reading-a-stage.md');
const loyalty = read('docs/guides/loyalty.md');
const operations = read('docs/guides/operations.md');
const duplicates = read('docs/guides/duplicates.md');

describe('what the pages list is what the code has', () => {
  test('settings', () => {
    const variables = matches(read('src/config.ts'), /\bread\.\w+\(\s*'([A-Z_]+)'/g);
    expect(variables.length).toBeGreaterThan(20);
    expect(firstColumn(readme, '## Settings')).toEqual(sorted(variables));
  });

  test('root fields, with what they need', () => {
    const listed = rows(readme, '## API', 'root field').map(([field = '', scope = '']) => {
      return `${code(field).replace(/\(.*$/, '')}: ${code(scope)}`;
    });
    const needed = Object.entries(fieldAccess).flatMap(([name, rule]) => {
      const [type, field] = name.split('.');
      if (type !== 'Query' && type !== 'Mutation' && type !== 'Subscription') return [];
      const otherwise = 'anyKey' in rule ? "any key, customer's token" : "customer's token";
      return [`${field}: ${'scope' in rule ? rule.scope : otherwise}`];
    });
    expect(sorted(listed)).toEqual(sorted(needed));
  });

  test('fields of a profile', () => {
    const sentence = /^A `Profile` has (.*?)\./m.exec(readme)?.[1] ?? '';
    const fields = Object.keys(fieldAccess).filter((name) => name.startsWith('Profile.'));
    expect(sorted(matches(sentence, /`(\w+)`/g))).toEqual(
      sorted(fields.map((name) => name.slice('Profile.'.length))),
    );
  });

  test('error codes', () => {
    expect(firstColumn(readme, '### Error codes')).toEqual(sorted(errorCodes()));
  });

  test('scopes', () => {
    expect(firstColumn(readme, '### Scopes')).toEqual(sorted(scopeNames));
  });

  test('domains', () => {
    const folders = readdirSync(join(root, 'src/domains'));
    expect(firstColumn(architecture, '## The house', 'domain')).toEqual(sorted(folders));
    for (const folder of folders) expect(readme).toMatch(new RegExp(`\\b${folder}\\b`));
  });

  test('tables', () => {
    const migrations = readdirSync(join(root, 'migrations')).map((name) =>
      read(`migrations/${name}`),
    );
    const tables = matches(migrations.join('\n'), /\bcreate table (\w+)/g);
    expect(firstColumn(architecture, '## Data model')).toEqual(sorted(tables));
  });

  test('topics of the outbox', () => {
    const topics = matches(productSource(), /\btopic: '([a-z.-]+)'/g);
    expect(topics.length).toBeGreaterThan(0);
    const listed = matches(section(architecture, '## Outbox'), /`([a-z]+\.[a-z-]+)`/g);
    expect(sorted(listed)).toEqual(sorted(topics));
  });

  test('jobs, in the order they are done', () => {
    const jobs = /export function jobsOf\([\s\S]*?^\}/m.exec(read('src/app.ts'))?.[0] ?? '';
    const names = matches(jobs, /\bname: '([a-z-]+)'/g);
    expect(names.length).toBeGreaterThan(0);
    expect(rows(operations, '## Jobs', 'job').map(([name = '']) => code(name))).toEqual(names);
    const listed = matches(section(architecture, '## Jobs'), /`([a-z]+(?:-[a-z]+)+)`/g);
    expect(listed).toEqual(names);
  });

  test('decisions', () => {
    const listed = matches(section(architecture, '## Decisions'), /\(adr\/([\w-]+\.md)\)/g);
    expect(listed).toEqual(sorted(readdirSync(join(root, 'docs/adr'))));
  });

  test('reasons for quarantine', () => {
    const type = /export type QuarantineReason =([^;]*);/.exec(
      read('src/domains/events/events.rules.ts'),
    );
    const reasons = matches(type?.[1] ?? '', /'([A-Z_]+)'/g);
    expect(firstColumn(sending, '## Retries', 'reason')).toEqual(sorted(reasons));
  });

  test('reasons for demotion', () => {
    const types = [
      /export type UnusableReason =([^;]*);/.exec(
        read('src/domains/identity/identity.normalise.ts'),
      ),
      /export type MergeConflict =([^;]*);/.exec(read('src/domains/identity/identity.plan.ts')),
      /export type DemotionReason =([^;]*);/.exec(read('src/domains/identity/identity.plan.ts')),
    ];
    const reasons = types.flatMap((type) => matches(type?.[1] ?? '', /'([A-Z_]+)'/g));
    expect(firstColumn(sending, '## Identifiers', 'demotion')).toEqual(sorted(reasons));
  });

  test('namespaces, with their priorities and limits', () => {
    const listed = rows(sending, '## Identifiers', 'namespace').map(
      ([namespace = '', , priority, perProfile]) => [code(namespace), priority, perProfile],
    );
    expect(listed).toEqual(
      defaultIdentityPolicy.namespaces.map(({ name, priority, limit }) => {
        return [name, String(priority), String(limit.max)];
      }),
    );
  });

  test('event names', () => {
    const names = [...defaultEventMap({ code: 'USD', minorDigits: 2 }).keys(), 'Referral Claimed'];
    expect(firstColumn(sending, '## Names')).toEqual(sorted(new Set(names)));
  });

  test('limits of an event', () => {
    const { messageIdLengthMax, nameLengthMax, identifiersMax, eventBytesMax, nestingMax } =
      defaultEventLimits;
    const { traitsMax, traitNameLengthMax } = defaultEventLimits;
    const listed = new Map(
      rows(sending, '## Retries', 'reason').map(([reason = '', text = '']) => [code(reason), text]),
    );
    expect(listed.get('MESSAGE_ID_TOO_LONG')).toContain(`${messageIdLengthMax} `);
    expect(listed.get('NAME_TOO_LONG')).toContain(`${nameLengthMax} `);
    expect(listed.get('TOO_MANY_IDENTIFIERS')).toContain(`${identifiersMax}.`);
    expect(listed.get('TOO_MANY_TRAITS')).toContain(`${traitsMax}.`);
    expect(listed.get('TRAIT_NAME_TOO_LONG')).toContain(`${traitNameLengthMax} `);
    expect(listed.get('EVENT_TOO_LARGE')).toContain(`${eventBytesMax / 1024} KiB`);
    expect(listed.get('NESTED_TOO_DEEPLY')).toContain(`${nestingMax} levels`);
  });

  test('facts, with their units', () => {
    expect(rows(stages, '## Facts', 'fact').map(([fact = '', unit]) => [code(fact), unit])).toEqual(
      Object.entries(factDefinitions).map(([name, { unit }]) => [name, unit]),
    );
  });

  test('rules of the default lifecycle model', () => {
    const sign = { GTE: '≥', GT: '>', LTE: '≤', LT: '<' };
    const said = ({ threshold }: { readonly threshold: Threshold }) => {
      if (typeof threshold === 'number') return String(threshold);
      if (!('ownCadences' in threshold)) return JSON.stringify(threshold);
      const { ownCadences, atLeast, atMost } = threshold;
      return `${ownCadences} own cadences (${atLeast} to ${atMost})`;
    };
    const expected = fiveStageModel.rules.map(({ stage, when }) => [
      stage,
      when.map((one) => `\`${one.fact}\` ${sign[one.op]} ${said(one)}`).join(' and '),
    ]);
    expect(rows(stages, '## The rules of `five-stage`', 'stage')).toEqual([
      ...expected,
      [fiveStageModel.otherwise.stage, 'otherwise'],
    ]);
  });

  test('weights of duplicates', () => {
    const agreements = ['SAME', 'SIMILAR', 'PARTIAL', 'DIFFERENT'];
    expect(rows(duplicates, '## Weights', 'feature')).toEqual(
      Object.entries(defaultDuplicatePolicy.weights).map(([feature, bits]) => {
        const cells = new Map(Object.entries<number>(bits));
        return [`\`${feature}\``, ...agreements.map((name) => String(cells.get(name) ?? ''))];
      }),
    );
  });

  test('blocks of duplicates', () => {
    const source = read('src/domains/duplicates/duplicates.blocks.rules.ts');
    const kinds = matches(source, /keys\.push\(\['([A-Z_]+)'/g);
    expect(firstColumn(duplicates, '## How they are found')).toEqual(sorted(kinds));
  });

  test('membership tiers', () => {
    const inDollars = (minor: number) => (minor === 0 ? '' : (minor / 100).toLocaleString('en'));
    expect(rows(loyalty, '## Membership tiers', 'tier')).toEqual(
      defaultLoyaltyPolicy.tiers.map(({ name, spendMinorMin, ordersMin }) => {
        return [name, inDollars(spendMinorMin), ordersMin === 0 ? '' : String(ordersMin)];
      }),
    );
  });
});

describe('links', () => {
  const pages = filesUnder('.').filter((path) => path.endsWith('.md'));

  test('there are pages', () => expect(pages.length).toBeGreaterThan(10));

  test.each(pages)('of %s lead somewhere', (page) => {
    const text = withoutCodeBlocks(read(page));
    const targets = matches(text, /\]\(([^)\s]+)\)/g).filter((to) => !/^[a-z]+:/.test(to));
    expect(targets.filter((target) => !leadsSomewhere(page, target))).toEqual([]);
  });
});

function leadsSomewhere(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : relative(root, resolve(root, dirname(page), path));
  const stats = statSync(join(root, file), { throwIfNoEntry: false });
  if (stats === undefined) return false;
  return anchor === undefined || (stats.isFile() && anchorsOf(read(file)).includes(anchor));
}

/** The names GitHub gives to the headings of a page. */
function anchorsOf(page: string): readonly string[] {
  return matches(withoutCodeBlocks(page), /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );
}

/** Every code that an answer can carry: those of our faults, and those passed on from Apollo. */
function errorCodes(): ReadonlySet<string> {
  const source = productSource();
  const own = matches(
    source,
    /\b(?:super|new Fault|errorBody|refusal)\(\s*'([A-Z_]+)'|\bINTERNAL_ERROR_CODE = '([A-Z_]+)'/g,
  );
  const format = read('src/platform/graphql/error-format.ts');
  const passedOn = /PASSED_ON_CODES[^=]*= new Set\(\[([^\]]*)\]/.exec(format)?.[1] ?? '';
  return new Set([...own, ...matches(passedOn, /ApolloServerErrorCode\.([A-Z_]+)/g)]);
}

function productSource(): string {
  const isProduct = (path: string) => path.endsWith('.ts') && !path.endsWith('.test.ts');
  return filesUnder('src').filter(isProduct).map(read).join('\n');
}

/** The cells of a table of a section, without its heading. The first table, or that so headed. */
function rows(page: string, heading: string, firstHeader?: string): readonly string[][] {
  const tables = section(page, heading)
    .split(/\n(?!\|)/)
    .map((block) => block.split('\n').filter((line) => line.startsWith('|')))
    .filter((lines) => lines.length > 2)
    .map((lines) => lines.map((line) => line.slice(1, line.lastIndexOf('|')).split('|')))
    .map((lines) => lines.map((cells) => cells.map((cell) => cell.trim())));
  const table = tables.find(([head]) => firstHeader === undefined || head?.[0] === firstHeader);
  if (table === undefined) throw new Error(`There is no such table under "${heading}".`);
  return table.slice(2);
}

function firstColumn(page: string, heading: string, firstHeader?: string): readonly string[] {
  return sorted(rows(page, heading, firstHeader).map(([cell = '']) => code(cell)));
}

/** From a heading to the next one of its level or above. */
function section(page: string, heading: string): string {
  // A comment in a block of code may look like a heading.
  const lines = withoutCodeBlocks(page).split('\n');
  const start = lines.indexOf(heading);
  if (start === -1) throw new Error(`There is no heading "${heading}".`);
  const level = heading.indexOf(' ');
  const length = lines.slice(start + 1).findIndex((line) => {
    const marks = /^(#+) /.exec(line)?.[1];
    return marks !== undefined && marks.length <= level;
  });
  return lines.slice(start, length === -1 ? undefined : start + 1 + length).join('\n');
}

function withoutCodeBlocks(page: string): string {
  return page.replace(/^```.*?^```/gms, '');
}

function code(cell: string): string {
  return cell.replaceAll('`', '');
}

/** What the first group that took part matched, each once, in order. */
function matches(text: string, pattern: RegExp): readonly string[] {
  const found = [...text.matchAll(pattern)].flatMap((match) => match.slice(1).filter(Boolean));
  return [...new Set(found)];
}

function sorted(texts: Iterable<string>): readonly string[] {
  return [...texts].sort();
}

function filesUnder(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || NOT_OURS.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
