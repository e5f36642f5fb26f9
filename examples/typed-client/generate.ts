import { codegen } from '@graphql-codegen/core';
import * as typedDocuments from '@graphql-codegen/typed-document-node';
import * as operationTypes from '@graphql-codegen/typescript-operations';
import { parse } from 'graphql';

/** A `.graphql` file with operations and fragments. */
export interface OperationFile {
  readonly path: string;
  readonly text: string;
}

/** What the scalars of the API are in TypeScript. */
const scalars = {
  ID: 'string',
  DateTime: 'string',
  // More than a number can hold: sent as text, taken as either.
  Int64: { input: 'string | number', output: 'string' },
  JSONObject: 'Record<string, unknown>',
};

/**
 * The types of the operations, and each of them as a document that knows its types. Needs the
 * generator when it is made, and nothing when it runs.
 */
export async function generateClient(
  schema: string,
  operations: readonly OperationFile[],
): Promise<string> {
  const code = await codegen({
    filename: 'generated.ts',
    schema: parse(schema),
    documents: operations.map(({ path, text }) => ({ location: path, document: parse(text) })),
    plugins: [{ operationTypes: {} }, { typedDocuments: {} }],
    pluginMap: { operationTypes, typedDocuments },
    config: {
      scalars,
      documentMode: 'string',
      immutableTypes: true,
      skipTypename: true,
      useTypeImports: true,
      enumType: 'string-literal',
    },
  });
  return `// Generated from the schema and the .graphql files of the examples.\n${code.trimEnd()}\n`;
}
