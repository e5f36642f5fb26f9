import { RawConnection } from './raw-http';

/** What a server answered, and how it is to be read. */
export interface Asked {
  readonly url: URL;
  readonly request: string;
  /** What is compared, as text. */
  readonly read: (body: string) => string;
}

/** The answer itself. */
export const asItIs = (body: string): string => body.trimEnd();

/** What is said of the profile, under whatever name it was asked for. */
export const profileIn = (body: string): string => {
  const { data } = JSON.parse(body) as { readonly data: Readonly<Record<string, unknown>> };
  return JSON.stringify(Object.values(data));
};

/** @throws where two that should say the same do not: then they do not do the same work either */
export async function compareAnswers(
  pairs: readonly (readonly [ours: Asked, other: Asked])[],
): Promise<void> {
  const connections = new Map<URL, RawConnection>();
  const answerOf = async ({ url, request, read }: Asked): Promise<string> => {
    const known = connections.get(url);
    const connection = known?.isOpen ? known : await RawConnection.open(url);
    connections.set(url, connection);
    return read((await connection.send(request)).toString('utf8'));
  };
  for (const [ours, other] of pairs) {
    const [answer, expected] = [await answerOf(ours), await answerOf(other)];
    if (answer !== expected)
      throw new Error(`The answers differ.\nOurs:  ${answer}\nOther: ${expected}`);
  }
  for (const connection of connections.values()) connection.close();
}
