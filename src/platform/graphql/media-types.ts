import Negotiator from 'negotiator';

/** The media type of an answer, and what it means for the status. */
export interface AnswerType {
  readonly mediaType: string;
  /**
   * Whether refusals of an operation are told with 200: where the client named `application/json`
   * and nothing better. It cannot trust any other status, which a proxy may have set (GraphQL over
   * HTTP, "application/json"). A client that names nothing gets the statuses of the newer type, as
   * the specification asks since 2025, in the type that clients of before understand.
   */
  readonly isAlwaysOk: boolean;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const GRAPHQL_TYPE = 'application/graphql-response+json; charset=utf-8';

const OFFERED = ['application/json', 'application/graphql-response+json'] as const;

const UNNAMED: AnswerType = { mediaType: JSON_TYPE, isAlwaysOk: false };

/** Clients send few different ones; whoever invents one each time shall not fill the memory. */
const REMEMBERED_MAX = 100;

/** Which media type to answer in, by the `Accept` header. */
export class AnswerTypes {
  private readonly known = new Map<string, AnswerType | null>();

  /** @returns null where the client takes none of ours */
  choose(accept: string | undefined): AnswerType | null {
    if (accept === undefined || accept === '' || accept === '*/*') return UNNAMED;
    const known = this.known.get(accept);
    if (known !== undefined) return known;
    const chosen = negotiate(accept);
    if (this.known.size >= REMEMBERED_MAX) this.known.clear();
    this.known.set(accept, chosen);
    return chosen;
  }
}

function negotiate(accept: string): AnswerType | null {
  const preferred = new Negotiator({ headers: { accept } }).mediaType([...OFFERED]);
  if (preferred === undefined) return null;
  if (preferred !== OFFERED[0]) return { mediaType: GRAPHQL_TYPE, isAlwaysOk: false };
  return { mediaType: JSON_TYPE, isAlwaysOk: /\bapplication\/(json|\*)/i.test(accept) };
}

/**
 * Whether a body of this `Content-Type` says that its text is not UTF-8. Which types are taken is
 * the server's own list.
 */
export function isOtherCharset(contentType: string | undefined): boolean {
  if (contentType === undefined || contentType === 'application/json') return false;
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1];
  return charset !== undefined && !/^utf-?8$/i.test(charset);
}
