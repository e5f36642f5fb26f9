import type { HTTPGraphQLRequest } from '@apollo/server';
import type { AskedOperation, OperationGate } from './persisted-queries';

/**
 * Puts the text that may be run in the place of what was sent.
 * @throws Fault where the operation may not be run
 */
export function admitOperation(
  gate: OperationGate,
  http: HTTPGraphQLRequest,
  requestId: string,
): void {
  if (http.method === 'GET') {
    const params = new URLSearchParams(http.search);
    const text = gate.admit(askedBy(params), requestId);
    if (text === undefined) return;
    params.set('query', text);
    params.delete('extensions');
    http.search = `?${params}`;
    return;
  }
  const { body } = http;
  // What is no object is refused as such.
  if (typeof body !== 'object' || body === null) return;
  const text = gate.admit(body, requestId);
  if (text === undefined) return;
  http.body = { ...body, query: text, extensions: null };
}

/** Of a parameter that is no JSON Apollo Server tells. */
function askedBy(params: URLSearchParams): AskedOperation {
  let extensions: unknown;
  try {
    extensions = JSON.parse(params.get('extensions') ?? 'null');
  } catch {
    extensions = undefined;
  }
  return {
    query: params.get('query') ?? undefined,
    extensions,
    documentId: params.get('documentId') ?? undefined,
  };
}
