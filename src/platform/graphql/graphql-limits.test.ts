import { getIntrospectionQuery } from 'graphql';
import { useSmallApi } from '../../../test/support/small-api';

const api = useSmallApi();

describe('limits', () => {
  const nested = (levels: number) =>
    `{ people { ${'friend { '.repeat(levels - 2)} id ${'} '.repeat(levels - 2)} } }`;

  it.each<[string, string, Record<string, unknown>, string | null, number]>([
    ['12 levels', nested(12), {}, null, 0],
    ['13 levels', nested(13), {}, 'QUERY_TOO_DEEP', 12],
    ['30 levels', nested(30), {}, 'QUERY_TOO_DEEP', 12],
    ['fragments within fragments', fragments(30), {}, 'QUERY_TOO_DEEP', 12],
    ['30 aliases', aliases(30), {}, null, 0],
    ['31 aliases', aliases(31), {}, 'TOO_MANY_ALIASES', 30],
    [
      '31 directives',
      `{ people { id ${'@include(if: true) '.repeat(31)} } }`,
      {},
      'TOO_MANY_DIRECTIVES',
      30,
    ],
    [
      'more than 2,000 words and marks',
      `{ people { ${'id '.repeat(1997)} } }`,
      {},
      'QUERY_TOO_LONG',
      2_000,
    ],
    ['pages of 100 in pages of 100', pages('100', '100'), {}, 'QUERY_TOO_COSTLY', 50_000],
    ['the same by variables', pages('$a', '$b'), { a: 100, b: 100 }, 'QUERY_TOO_COSTLY', 50_000],
    ['the same by defaults', pages('$a', '$c'), { a: 100 }, 'QUERY_TOO_COSTLY', 50_000],
    ['small pages by variables', pages('$a', '$b'), { a: 10, b: 10 }, null, 0],
    ['pages of pages, sizes null', pagesOfPages('null'), {}, 'QUERY_TOO_COSTLY', 50_000],
    [
      'pages of pages, a null variable',
      pagesOfPages('$n'),
      { n: null },
      'QUERY_TOO_COSTLY',
      50_000,
    ],
    ['small pages of pages', pagesOfPages('$n'), {}, null, 0],
    [
      'a list of 500 in pages of 20',
      answerTo('$ids', 'friends { id friends { id } }'),
      { ids: Array(500).fill('p1') },
      'QUERY_TOO_COSTLY',
      50_000,
    ],
    [
      'the same in a fragment',
      answerTo('$ids', '...On', 'fragment On on Person { friends { id friends { id } } }'),
      { ids: Array(500).fill('p1') },
      'QUERY_TOO_COSTLY',
      50_000,
    ],
    ['a list of one', answerTo('"p1"', 'friends { id friends { id } }'), {}, null, 0],
    [
      'a list of 500 and little of each',
      answerTo('$ids', 'id'),
      { ids: Array(500).fill('p1') },
      null,
      0,
    ],
    [
      'unpaged lists in lists in pages',
      `{ people(first: 100) { ${'family { '.repeat(8)} id ${'} '.repeat(8)} } }`,
      {},
      'QUERY_TOO_COSTLY',
      50_000,
    ],
    [
      'pages of pages, sizes left out',
      '{ people { friends { friends { friends { friends { id } } } } } }',
      {},
      'QUERY_TOO_COSTLY',
      50_000,
    ],
  ])('%s', async (_name, query, variables, code, limit) => {
    const answer = await api.ask(query, variables);
    if (code === null) {
      expect(answer.errors).toEqual([]);
      return;
    }
    const refused = answer.errors.find(({ extensions }) => extensions['code'] === code);
    expect([answer.status, answer.data]).toEqual([400, undefined]);
    expect(refused?.extensions).toEqual({ code, limit });
    expect(refused?.message).toContain(String(limit));
  });

  it("GraphiQL's introspection passes, where it is on", async () => {
    const query = getIntrospectionQuery({
      descriptions: true,
      schemaDescription: true,
      inputValueDeprecation: true,
    });
    expect((await api.ask(query)).errors).toEqual([]);
    const closed = await api.start({ introspection: false });
    const answer = await api.ask(query, {}, undefined, closed);
    expect(answer.codes).toContain('GRAPHQL_VALIDATION_FAILED');
    const misspelt = await api.ask('{ peopel { id } }', {}, undefined, closed);
    expect(misspelt.errors[0]?.message).not.toContain('people');
  });

  function fragments(count: number): string {
    const chain = Array.from(
      { length: count },
      (_, at) => `fragment f${at} on Person { friend { ...f${at + 1} } }`,
    );
    return `{ people { ...f0 } } ${chain.join(' ')} fragment f${count} on Person { id }`;
  }

  function aliases(count: number): string {
    return `{ ${Array.from({ length: count }, (_, at) => `a${at}: __typename`).join(' ')} people { ${Array.from({ length: count }, (_, at) => `i${at}: id`).join(' ')} } }`;
  }

  /** `$n` is 1 where it is left out. */
  function pagesOfPages(size: string): string {
    const head = size === '$n' ? 'query ($n: Int = 1)' : 'query';
    const friends = `friends(first: ${size}) {`;
    return `${head} { people(first: ${size}) { ${friends} ${friends} ${friends} id } } } } }`;
  }

  function answerTo(ids: string, selection: string, fragment = ''): string {
    const head = ids === '$ids' ? 'mutation ($ids: [ID!]!)' : 'mutation';
    return `${head} { greet(ids: ${ids}) { greeted { ${selection} } } } ${fragment}`;
  }

  function pages(outer: string, inner: string): string {
    const declared = ['$a', '$b', '$c'].filter((name) => [outer, inner].includes(name));
    const definitions = declared.map((name) => `${name}: Int${name === '$c' ? ' = 100' : ''}`);
    const head = declared.length === 0 ? 'query' : `query (${definitions.join(', ')})`;
    return `${head} { people(first: ${outer}) { friends(first: ${inner}) { id points } } }`;
  }
});
