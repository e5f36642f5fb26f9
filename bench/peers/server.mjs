import { createServer } from 'node:http';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { postgraphile } from 'postgraphile';
import { jsonPgSmartTags } from 'postgraphile/utils';

/**
 * PostGraphile over the benchmark's tables, as its documentation sets it up for production: no
 * watching, no GraphiQL, no explaining, answers put together as text.
 */

/** There are no foreign keys in the database; these tags say what belongs to whom. */
const ofProfile = (field) =>
  `(profile_id) references profile (profile_id)|@fieldName profile|@foreignFieldName ${field}` +
  `|@foreignSimpleFieldName ${field}List|@foreignSingleFieldName ${field}`;

const view = (field) => ({ tags: { primaryKey: 'profile_id', foreignKey: ofProfile(field) } });

const tags = jsonPgSmartTags({
  version: 1,
  config: {
    class: {
      identifier: { tags: { foreignKey: ofProfile('identifiers') } },
      profile_lifecycle: view('lifecycle'),
      profile_value: view('value'),
      profile_loyalty: view('loyalty'),
      profile_community: view('community'),
      profile_referrals: view('referrals'),
    },
  },
});

const preset = {
  extends: [PostGraphileAmberPreset],
  plugins: [tags],
  disablePlugins: ['NodePlugin'],
  schema: { defaultBehavior: '+connection +resource:connection +list +resource:list' },
  pgServices: [
    makePgService({
      connectionString: process.env.DATABASE_URL,
      schemas: ['public'],
      poolConfig: {
        max: Number(process.env.DATABASE_POOL_SIZE),
        idleTimeoutMillis: 0,
        options: '-c timezone=UTC',
      },
    }),
  ],
  grafserv: {
    graphqlPath: '/graphql',
    graphiql: false,
    watch: false,
    websockets: false,
    outputDataAsString: true,
  },
  grafast: { explain: false },
};

// Functions that take the places of rows have no business in an API, and it says so of each.
console.warn = console.error = () => undefined;
const instance = postgraphile(preset);
const serv = instance.createServ(grafserv);
const server = createServer();
await serv.addTo(server);
await instance.getSchema();
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}\n`);
});
process.once('SIGTERM', () => process.exit(0));
