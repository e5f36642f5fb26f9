import { type ClassType, Field, ObjectType } from 'type-graphql';
import { InvalidInput } from '../../shared/errors';

export const PAGE_SIZE_DEFAULT = 20;
export const PAGE_SIZE_MAX = 100;

@ObjectType({ description: 'Where a page begins and ends, and whether more follows.' })
export class PageInfo {
  @Field({ description: 'Whether a next page exists.' })
  hasNextPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Give this as `after` for the next page.' })
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

    @Field(() => PageInfo, { description: 'Where the page ends.' })
    pageInfo!: PageInfo;
  }
  return NodeConnection;
}

/**
 * The page size asked for.
 * @throws InvalidInput outside 1 … 100
 */
export function pageSize(first: number | null | undefined): number {
  const size = first ?? PAGE_SIZE_DEFAULT;
  if (size < 1 || size > PAGE_SIZE_MAX) {
    throw new InvalidInput(`\`first\` must be between 1 and ${PAGE_SIZE_MAX}.`, {
      argument: 'first',
      max: PAGE_SIZE_MAX,
    });
  }
  return size;
}

/** Wraps a keyset position, so that clients do not come to depend on what it is made of. */
export function encodeCursor(position: readonly string[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/**
 * Reads a cursor back.
 * @param length how many parts a cursor of this list has
 * @throws InvalidInput when the text is not a cursor of this list
 */
export function decodeCursor(cursor: string, length: number): readonly string[] {
  const position = parsePosition(cursor);
  if (position === null || position.length !== length) {
    throw new InvalidInput('Not a cursor of this list. Use `pageInfo.endCursor` as it came.', {
      argument: 'after',
    });
  }
  return position;
}

function parsePosition(cursor: string): readonly string[] | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) && value.every((part) => typeof part === 'string') ? value : null;
  } catch {
    return null;
  }
}

/**
 * Makes the page out of one row more than was asked for: that row only tells that more follows.
 */
export function toConnection<Row, Node>(
  rows: readonly Row[],
  size: number,
  toNode: (row: Row) => Node,
  toPosition: (row: Row) => readonly string[],
): Connection<Node> {
  const edges = rows
    .slice(0, size)
    .map((row) => ({ cursor: encodeCursor(toPosition(row)), node: toNode(row) }));
  return {
    edges,
    pageInfo: { hasNextPage: rows.length > size, endCursor: edges.at(-1)?.cursor ?? null },
  };
}
