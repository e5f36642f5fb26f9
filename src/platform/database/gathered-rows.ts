import pg, { type FieldDef, type QueryResultRow } from 'pg';
import { typeParserOf } from './data-source';

const { builtins } = pg.types;

/** Turns a value as it stands in JSON into what the driver makes of the column. */
type Decode = (value: never) => unknown;

const asItIs: Decode = (value) => value;

/** Types that JSON holds as the driver gives them. */
const PLAIN_TYPES: ReadonlySet<number> = new Set([
  builtins.BOOL,
  builtins.DATE,
  builtins.INT2,
  builtins.INT4,
  builtins.JSON,
  builtins.JSONB,
  builtins.TEXT,
  builtins.UUID,
  builtins.VARCHAR,
]);

interface Column {
  readonly name: string;
  readonly decode: Decode;
  /** Whether JSON would not hold the value as it is, so that it comes as PostgreSQL writes it. */
  readonly isText: boolean;
}

/**
 * How the rows of a statement come as one JSON document and become again what the driver would have
 * made of them.
 */
export class GatheredRows {
  private readonly columns: readonly Column[];
  private readonly decoded: readonly Column[];

  /** @param fields what the driver said of the statement's columns */
  constructor(fields: readonly FieldDef[]) {
    this.columns = fields.map(toColumn);
    this.decoded = this.columns.filter(({ decode }) => decode !== asItIs);
  }

  /** The statement as an expression: all its rows, in their order; null for none. */
  expressionOf(text: string): string {
    const columns = this.columns.map(({ name, isText }) => {
      const quoted = pg.escapeIdentifier(name);
      return isText ? `q.${quoted}::text as ${quoted}` : `q.${quoted}`;
    });
    return `(select json_agg(row_to_json(r)) from (select ${columns.join(', ')} from (${text}) q) r)`;
  }

  /** @param rows the value of the expression. They are changed and given back. */
  read<Row extends QueryResultRow>(rows: QueryResultRow[] | null): Row[] {
    if (rows === null) return [];
    for (const { name, decode } of this.decoded) {
      for (const row of rows) {
        const value: unknown = row[name];
        if (value !== null) row[name] = decode(value as never);
      }
    }
    return rows as Row[];
  }
}

function toColumn({ name, dataTypeID }: FieldDef): Column {
  if (PLAIN_TYPES.has(dataTypeID)) return { name, decode: asItIs, isText: false };
  if (dataTypeID === builtins.TIMESTAMPTZ) return { name, decode: readInstant, isText: false };
  // A double may be none of JSON's numbers, which then stands there as a text.
  if (dataTypeID === builtins.FLOAT8) return { name, decode: Number, isText: false };
  return { name, decode: typeParserOf(dataTypeID) as Decode, isText: true };
}

/** Years 1000 to 9999 stand in JSON as ISO 8601 has them. */
const ISO_INSTANT = /^[1-9]\d{3}-\d\d-\d\dT[^B]+$/;

function readInstant(text: string): unknown {
  if (ISO_INSTANT.test(text)) return new Date(text);
  return (typeParserOf(builtins.TIMESTAMPTZ) as (text: string) => unknown)(text.replace('T', ' '));
}
