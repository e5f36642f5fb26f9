import { type ClassType, Field, ObjectType } from 'type-graphql';
import { Count } from './count.type';
import { encodeCursor } from './cursor';
import type { PageRequest } from './page-arguments';

@ObjectType({
  description:
    'Where a page begins and ends, and what lies on either side of it, as the Relay Cursor ' +
    'Connections Specification has it.',
})
export class PageInfo {
  @Field({
    description:
      'Whether more follow. For a page asked for with `last`: whether it was to end before a place.',
  })
  hasNextPage!: boolean;

  @Field({
    description:
      'Whether there are more before it. For a page asked for with `first`: whether it was to ' +
      'begin after a place.',
  })
  hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Give this as `before`, with `last`, for the page before. Null for an empty page.',
  })
  startCursor!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Give this as `after` for the next page. Null for an empty page.',
  })
  endCursor!: string | null;
}

export interface Edge<Node> {
  readonly cursor: string;
  readonly node: Node;
}

export interface Connection<Node> {
  readonly edges: readonly Edge<Node>[];
  readonly pageInfo: PageInfo;
}

/** One that tells how many there are in the whole list, on demand. */
export interface CountedConnection<Node> extends Connection<Node> {
  readonly totalCount: Count | Promise<Count>;
}

/** Makes the Relay connection and edge classes of a node type. Call once per node type. */
export function connectionType<Node extends object>(
  name: string,
  nodeType: () => ClassType<Node>,
): ClassType<Connection<Node>> {
  @ObjectType(`${name}Edge`, { description: `One ${name} of a page, with its cursor.` })
  class NodeEdge implements Edge<Node> {
    @Field(() => String, { description: 'Opaque; marks the place of this node.' })
    cursor!: string;

    @Field(nodeType, { description: 'The thing itself.' })
    node!: Node;
  }

  @ObjectType(`${name}Connection`, { description: `A page of ${name}s.` })
  class NodeConnection implements Connection<Node> {
    @Field(() => [NodeEdge], { description: 'The page, in order.' })
    edges!: NodeEdge[];

    @Field(() => PageInfo, { description: 'Where the page begins and ends.' })
    pageInfo!: PageInfo;
  }
  return NodeConnection;
}

/** The same of lists that can be counted: see `withCount`. */
export function countedConnectionType<Node extends object>(
  name: string,
  nodeType: () => ClassType<Node>,
): ClassType<CountedConnection<Node>> {
  const type = connectionType(name, nodeType);
  const description = 'How many there are in the whole list, whatever page of it this is.';
  // It is counted when it is asked for, so it has to be resolved.
  Field(() => Count, { description, simple: false })(type.prototype, 'totalCount');
  return type as ClassType<CountedConnection<Node>>;
}

/** A page with the count of its list, which is taken where it is asked for only. */
export function withCount<Node>(
  connection: Connection<Node>,
  count: () => Promise<Count>,
): CountedConnection<Node> {
  return new CountedPage(connection, count);
}

// Here and below getters are those of a class: V8 keeps one of a literal, and all that it sees, until
// the old generation is collected.
class CountedPage<Node> implements CountedConnection<Node> {
  readonly edges: readonly Edge<Node>[];
  readonly pageInfo: PageInfo;

  constructor(
    { edges, pageInfo }: Connection<Node>,
    private readonly count: () => Promise<Count>,
  ) {
    this.edges = edges;
    this.pageInfo = pageInfo;
  }

  get totalCount(): Promise<Count> {
    return this.count();
  }
}

/**
 * Makes the page out of one row more than was asked for: that row, the last one or with `last` the
 * first, only tells that there are more.
 * @param rows in the order of the list
 */
export function toConnection<Row, Node, Position>(
  rows: readonly Row[],
  page: PageRequest<Position>,
  toNode: (row: Row) => Node,
  toPosition: (row: Row) => Position,
): Connection<Node> {
  const { size, isBackward, after, before, form } = page;
  const shown = pageOfRows(rows, page);
  const cursorOf = (row: Row) => encodeCursor(form.write(toPosition(row)));
  const edgeOf = (row: Row) => new RowEdge(toNode(row), row, cursorOf);
  const edges = shown.map(edgeOf);
  const hasMore = rows.length > size;
  const hasNextPage = isBackward ? before !== null : hasMore;
  const hasPreviousPage = isBackward ? hasMore : after !== null;
  return { edges, pageInfo: new EdgesInfo(edges, hasNextPage, hasPreviousPage) };
}

class EdgesInfo implements PageInfo {
  constructor(
    private readonly edges: readonly Edge<unknown>[],
    readonly hasNextPage: boolean,
    readonly hasPreviousPage: boolean,
  ) {}

  get startCursor(): string | null {
    return this.edges[0]?.cursor ?? null;
  }

  get endCursor(): string | null {
    return this.edges.at(-1)?.cursor ?? null;
  }
}

/** Writes its cursor where that is asked for: most edges are asked for their node alone. */
class RowEdge<Row, Node> implements Edge<Node> {
  constructor(
    readonly node: Node,
    private readonly row: Row,
    private readonly cursorOf: (row: Row) => string,
  ) {}

  get cursor(): string {
    return this.cursorOf(this.row);
  }
}

/** The rows without the one that only tells that there are more. */
export function pageOfRows<Row>(
  rows: readonly Row[],
  { size, isBackward }: Pick<PageRequest<unknown>, 'size' | 'isBackward'>,
): readonly Row[] {
  return isBackward ? rows.slice(-size) : rows.slice(0, size);
}
