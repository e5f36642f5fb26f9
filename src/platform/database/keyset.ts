import type { Sql } from './database';

/**
 * Pages of ordered lists by the place where they begin or end, in either direction: what condition
 * and order an index serves at the thousandth page as at the first, and whatever comes or goes
 * meanwhile. The one place where that SQL is made.
 */

/** A stretch of a list: the first or the last rows between two places. */
export interface PageRange<Position> {
  /** Rows to be read at most. */
  readonly limit: number;
  /** Only what comes later in the list than this place; null for no bound. */
  readonly after: Position | null;
  /** Only what comes earlier in the list than this place; null for no bound. */
  readonly before: Position | null;
  /** Whether the last rows are wanted. They come in the order of the list all the same. */
  readonly isBackward: boolean;
}

/** A place in a list that is ordered by time, and by id within one instant. */
export interface InstantPosition {
  readonly at: Date;
  /** A UUID. */
  readonly id: string;
}

/** One of the columns that a list is ordered by. Together they are different in every row. */
export interface KeyColumn<Position> {
  /** As the order names it, e.g. `e.occurred_at`. */
  readonly sql: string;
  /** As places are compared with it, where the column itself can be null. */
  readonly compared?: string;
  /** e.g. `timestamptz`. */
  readonly type: string;
  readonly isDescending: boolean;
  /** Its value in a place. */
  readonly of: (position: Position) => unknown;
}

/** SQL for a page. */
export interface PageSql {
  /** The condition that a row is between the places. */
  readonly within: string;
  /** As `Keyset.orderOf` gives it. */
  readonly order: string;
}

/** SQL for pages of many lists in one statement. */
export interface PagesSql extends PageSql {
  /** For `from`: a row `p` for each page, with its owner, `size`, and `page`, counted from 0. */
  readonly asked: string;
  /** Of `asked`, beginning with `$1`. */
  readonly parameters: readonly unknown[];
}

/** A page of a list of which there are many, to be read with those of others in one statement. */
export interface PageKey<Position> {
  readonly page: PageRange<Position>;
}

/** A column that says whose list it is: its type, and its value in a key. */
type OwnerColumn<Key> = readonly [type: string, of: (key: Key) => unknown];

type Side = 'after' | 'before';

const SIDES: readonly Side[] = ['after', 'before'];

export class Keyset<Position> {
  constructor(private readonly columns: readonly KeyColumn<Position>[]) {}

  /** The order of the list. */
  get order(): string {
    return this.orderOf({ isBackward: false });
  }

  /** The order in which the rows nearest to the beginning of a page, or to its end, come first. */
  orderOf({ isBackward }: Pick<PageRange<Position>, 'isBackward'>): string {
    return this.columns
      .map(({ sql, isDescending }) => (isDescending === isBackward ? sql : `${sql} desc`))
      .join(', ');
  }

  /** The same order over columns of other names, one for each. */
  over(...names: readonly string[]): Keyset<Position> {
    return new Keyset(
      this.columns.map((column, index) => ({ ...column, sql: names[index] ?? column.sql })),
    );
  }

  /** @param bind makes a parameter of a value, and gives its name */
  page(range: PageRange<Position>, bind: (value: unknown) => string): PageSql {
    return this.pageSql(range, (side, column) => {
      const place = range[side];
      return `${bind(place === null ? null : column.of(place))}::${column.type}`;
    });
  }

  /**
   * @param keys at least one, and all of one shape: see `readPages`
   * @param owner columns of `p` that say whose page it is, by name
   */
  pages<Key extends PageKey<Position>>(
    keys: readonly Key[],
    owner: Readonly<Record<string, OwnerColumn<Key>>>,
  ): PagesSql {
    const [first] = keys;
    if (first === undefined) throw new Error('No pages are asked for.');
    const range = first.page;
    const columns = [
      ...Object.entries(owner).map(([name, [type, of]]) => ({ name, type, of })),
      { name: 'size', type: 'int', of: ({ page }: Key) => page.limit },
      ...SIDES.filter((side) => range[side] !== null).flatMap((side) =>
        this.columns.map((column, index) => ({
          name: `${side}_${index}`,
          type: column.type,
          of: ({ page }: Key) => {
            const place = page[side];
            return place === null ? null : column.of(place);
          },
        })),
      ),
    ];
    const values = columns.map(({ type }, index) => `$${index + 1}::${type}[]`);
    const names = columns.map(({ name }) => name);
    return {
      asked: `(
        select ${names.join(', ')}, (ordinality - 1)::int as page
        from unnest(${values.join(', ')}) with ordinality as asked (${names.join(', ')}, ordinality)
      ) p`,
      parameters: columns.map(({ of }) => keys.map(of)),
      ...this.pageSql(range, (side, _column, index) => `p.${side}_${index}`),
    };
  }

  private pageSql(
    range: PageRange<Position>,
    place: (side: Side, column: KeyColumn<Position>, index: number) => string,
  ): PageSql {
    const bounds = SIDES.filter((side) => range[side] !== null).map((side) => {
      const places = this.columns.map((column, index) => place(side, column, index));
      return this.beyond(side, places);
    });
    return {
      within: bounds.length === 0 ? 'true' : bounds.join(' and '),
      order: this.orderOf(range),
    };
  }

  /** That a row comes later than a place, or earlier. */
  private beyond(side: Side, places: readonly string[]): string {
    const compared = this.columns.map((column) => column.compared ?? column.sql);
    const operators = this.columns.map(({ isDescending }) =>
      (side === 'after') === isDescending ? '<' : '>',
    );
    const [operator] = operators;
    // Where all columns run one way, a comparison of rows is a range of the index.
    if (operators.every((one) => one === operator)) {
      return `(${compared.join(', ')}) ${operator} (${places.join(', ')})`;
    }
    return compared.reduceRight((rest, column, index) => {
      const differs = `${column} ${operators[index]} ${places[index]}`;
      return rest === '' ? differs : `(${differs} or ${column} = ${places[index]} and ${rest})`;
    }, '');
  }
}

/** Of a list with the newest first. */
export function newestFirst(at: string, id: string): Keyset<InstantPosition> {
  return new Keyset([
    { sql: at, type: 'timestamptz', isDescending: true, of: (position) => position.at },
    { sql: id, type: 'uuid', isDescending: true, of: (position) => position.id },
  ]);
}

/**
 * The rows of each page, in the order of the keys. Pages of one shape, which have the same bounds and
 * begin at the same end, share a statement: nearly always all of them.
 * @param read gives the rows of pages of one shape, in the order of the list, each with its `page`,
 *   which they keep: to copy so many without costs more than it is worth
 */
export async function readPages<Key extends PageKey<unknown>, Row>(
  keys: readonly Key[],
  read: (alike: readonly Key[]) => Promise<readonly (Row & { readonly page: number })[]>,
): Promise<Row[][]> {
  const shapes = new Map<string, { readonly key: Key; readonly rows: Row[] }[]>();
  const pages = keys.map((key) => {
    const page = { key, rows: [] as Row[] };
    const shape = shapeOf(key.page);
    const alike = shapes.get(shape);
    if (alike === undefined) shapes.set(shape, [page]);
    else alike.push(page);
    return page;
  });
  const readAlike = async (alike: readonly (typeof pages)[number][]): Promise<void> => {
    const found = await read(alike.map(({ key }) => key));
    for (const row of found) alike[row.page]?.rows.push(row);
  };
  await Promise.all([...shapes.values()].map(readAlike));
  return pages.map(({ rows }) => rows);
}

/** A list that is rows of one table, with a list of its own for each owner. */
export interface OwnedList<Key extends PageKey<Position>, Position> {
  readonly order: Keyset<Position>;
  readonly owner: Readonly<Record<string, OwnerColumn<Key>>>;
  /** What is read of a row, e.g. `f.id, f.kind`. */
  readonly columns: string;
  readonly table: string;
  /** What the columns and the order name the table by. */
  readonly alias: string;
  /** That a row is of the list of `p`, the page asked for. */
  readonly condition: string;
}

/** The rows of each page, in the order of the keys. */
export function readOwnedPages<Row, Key extends PageKey<Position>, Position>(
  sql: Sql,
  keys: readonly Key[],
  { order: keyset, owner, columns, table, alias, condition }: OwnedList<Key, Position>,
): Promise<Row[][]> {
  return readPages<Key, Row>(keys, (alike) => {
    const { asked, within, order, parameters } = keyset.pages(alike, owner);
    return sql.query<Row & { readonly page: number }>(
      `select p.page, ${columns}
       from ${asked}
       cross join lateral (
         select *
         from ${table} ${alias}
         where ${condition} and ${within}
         order by ${order}
         limit p.size
       ) ${alias}
       order by p.page, ${keyset.order}`,
      parameters,
    );
  });
}

/** Rows that were read in the order of `PageSql`, in the order of the list. */
export function inListOrder<Row>(rows: readonly Row[], { isBackward }: PageRange<unknown>): Row[] {
  return isBackward ? rows.toReversed() : [...rows];
}

function shapeOf({ after, before, isBackward }: PageRange<unknown>): string {
  return [after !== null, before !== null, isBackward].join();
}

/** The first rows of a list, or of what comes after a place. */
export function firstRows<Position = never>(
  limit: number,
  after: Position | null = null,
): PageRange<Position> {
  return { limit, after, before: null, isBackward: false };
}
