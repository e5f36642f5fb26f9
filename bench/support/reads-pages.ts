import { post, RawConnection } from './raw-http';
import { bodies, PAGE_SIZE } from './reads-queries';

/** Where a page begins: after whom, as the server wants it told and as the floor does. */
export interface PageStart {
  readonly cursor: string | null;
  /** The public id; null for the first page. */
  readonly after: string | null;
}

/** The full pages of all profiles, from the first to the last. */
export async function walkPages(url: URL, authorization: string): Promise<readonly PageStart[]> {
  const connection = await RawConnection.open(url);
  const starts: PageStart[] = [];
  let next: PageStart | null = { cursor: null, after: null };
  while (next !== null) {
    const body = await connection.send(
      post(url, '/graphql', authorization, bodies.walk(next.cursor)),
    );
    const { edges, pageInfo } = (JSON.parse(body.toString('utf8')) as Walk).data.profiles;
    if (edges.length === PAGE_SIZE) starts.push(next);
    next = pageInfo.hasNextPage
      ? { cursor: pageInfo.endCursor, after: edges.at(-1)?.node.id ?? null }
      : null;
  }
  connection.close();
  return starts;
}

interface Walk {
  readonly data: {
    readonly profiles: {
      readonly edges: readonly { readonly node: { readonly id: string } }[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
    };
  };
}
