/** The import rules of the house; docs/ARCHITECTURE.md tells why. */
module.exports = {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'Data flows one way.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'shared-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^src/shared/' },
      to: { path: '^(src/(?!shared/)|migrations|seeds|test|bench)' },
    },
    {
      name: 'platform-knows-no-domain',
      severity: 'error',
      from: { path: '^src/platform/' },
      to: { path: '^src/(?!platform/|shared/)' },
    },
    {
      name: 'domains-only-through-the-door',
      comment: 'Another domain is reached through its index.ts and nothing else.',
      severity: 'error',
      from: { path: '^src/domains/([^/]+)/' },
      to: { path: '^src/domains/([^/]+)/', pathNot: ['^src/domains/$1/', '/index\\.ts$'] },
    },
    {
      name: 'domains-do-not-reach-up',
      comment: 'Wiring, configuration and the command line know the domains, not the reverse.',
      severity: 'error',
      from: { path: '^src/domains/' },
      to: { path: '^src/[^/]+\\.ts$|^src/cli/' },
    },
    {
      name: 'lifecycle-rooms-one-way',
      comment:
        'Facts, then the models that are told in them, then the stage; on it stands the rest.',
      severity: 'error',
      from: { path: '^src/domains/lifecycle/(facts|models|stage)/' },
      to: {
        path: '^src/domains/lifecycle/[^/]+/',
        pathNot: ['^src/domains/lifecycle/$1/', '^src/domains/lifecycle/(facts|models)/'],
      },
    },
    {
      name: 'lifecycle-facts-know-no-models',
      severity: 'error',
      from: { path: '^src/domains/lifecycle/facts/' },
      to: { path: '^src/domains/lifecycle/(?!facts/)' },
    },
    {
      name: 'outsiders-only-through-the-door',
      severity: 'error',
      from: { path: '^(src/[^/]+\\.ts$|src/cli/|seeds/|scripts/|bench/)' },
      to: { path: '^src/domains/[^/]+/(?!index\\.ts$)' },
    },
    {
      name: 'identity-knows-no-other-domain',
      severity: 'error',
      from: { path: '^src/domains/identity/' },
      to: { path: '^src/domains/(?!identity/)' },
    },
    {
      name: 'rules-are-pure',
      comment: 'No input or output, no clock, no randomness: facts in, decisions out.',
      severity: 'error',
      from: { path: '\\.rules\\.ts$|^src/domains/lifecycle/(facts/|stage/timeline\\.ts$)' },
      to: {
        path: '^src/platform/|\\.(store|service|reads|resolver)\\.ts$|^(node:|fs$|crypto$)|node_modules/(pg|typeorm)/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'resolvers-do-not-touch-the-store',
      severity: 'error',
      from: { path: '\\.resolver\\.ts$' },
      to: { path: '\\.store\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'entities-know-no-other-domain',
      severity: 'error',
      from: { path: '^src/domains/([^/]+)/.*\\.entity\\.ts$' },
      to: { path: '^src/domains/', pathNot: '^src/domains/$1/' },
    },
    {
      name: 'configuration-is-read-in-one-place',
      severity: 'error',
      from: {
        path: '^src/(?!main\\.ts|server\\.ts|process\\.ts|worker\\.ts|cli\\.ts|app\\.ts|cli/)',
      },
      to: { path: '^src/config\\.ts$' },
    },
    {
      name: 'examples-know-the-api-only',
      comment: 'As a client, they have the schema and nothing else of ours.',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^(src|seeds|scripts|migrations|bench|test)/' },
    },
    {
      name: 'product-does-not-import-tests',
      severity: 'error',
      from: { path: '^(src|seeds|scripts|migrations|bench)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^test/|\\.test\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '\\.test\\.ts$|^dist/|^bench/peers/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
