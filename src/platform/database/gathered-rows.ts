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

/** The values of each row, in the order of its columns; null for no rows. */
export type JsonRows = readonly (readonly unknown[])[] | null;

/**
 * How the rows of a statement come as one JSON document and become again what the driver would have
 * made of them.
 */
export class GatheredRows {
  private readonly columns: readonly Column[];

  /** @param fields what the driver said of the statement's columns */
  constructor(fields: readonly FieldDef[]) {
    this.columns = fields.map(toColumn);
  }

  /** The statement as an expression: all its rows, in their order; null for none. */
  expressionOf(text: string): string {
    const columns = this.columns.map(({ name, isText }) => {
      const column = `q.${pg.escapeIdentifier(name)}`;
      return isText ? `${column}::text` : column;
    });
    // Without the names, which would be written, sent and read again with every row.
    return `(select json_agg(json_build_array(${columns.join(', ')})) from (${text}) q)`;
  }

  /** @param rows the value of the expression */
  read<Row extends QueryResultRow>(rows: JsonRows): Row[] {
    return rows === null ? [] : rows.map((values) => this.rowOf(values) as Row);
  }

  private rowOf(values: readonly unknown[]): QueryResultRow {
    const row: QueryResultRow = {};
    this.columns.forEach(({ name, decode }, index) => {
      const value = values[index];
      row[name] = value === null ? null : decode(value as never);
    });
    return row;
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
