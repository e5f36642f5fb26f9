import { Command } from 'commander';
import type { RunWithApp } from './with-app';

type AddCommands = (group: Command, runWithApp: RunWithApp) => void;

interface Group {
  readonly name: string;
  readonly description: string;
  /** The group's commands, which stand on most of the product: loaded when the group is named. */
  readonly load: () => Promise<readonly AddCommands[]>;
}

const groups: readonly Group[] = [
  {
    name: 'import',
    description: 'take data in',
    load: async () => [
      (await import('./commands/import-events.js')).addImportEvents,
      (await import('./commands/import-orders.js')).addImportOrders,
    ],
  },
  {
    name: 'report',
    description: 'look at the customers',
    load: async () => [
      (await import('./commands/report-stages.js')).addReportStages,
      (await import('./commands/report-goals.js')).addReportGoals,
      (await import('./commands/report-flow.js')).addReportFlow,
    ],
  },
  {
    name: 'lifecycle',
    description: 'what stages are decided by, and its versions',
    load: async () => [(await import('./commands/lifecycle.js')).addLifecycle],
  },
  {
    name: 'quarantine',
    description: 'events that were set aside, and what is to become of them',
    load: async () => [(await import('./commands/quarantine.js')).addQuarantine],
  },
  {
    name: 'keys',
    description: 'API keys',
    load: async () => [(await import('./commands/keys.js')).addKeys],
  },
  {
    name: 'sources',
    description: 'integrations that send events, and their write keys',
    load: async () => [(await import('./commands/sources.js')).addSources],
  },
];

/** The command line, for operators: it works on the database directly, beside a running server. */
export function createProgram(runWithApp: RunWithApp): Command {
  const program = new Command('perennial')
    .description('One profile graph across every channel. Settings come from the environment.')
    .showHelpAfterError('(add --help for what there is)')
    .exitOverride()
    // Commander's own does not wait until a group is loaded.
    .helpCommand(false);
  for (const { name, description } of groups) program.command(name).description(description);
  program
    .command('help')
    .description('display help for command')
    .argument('[command]')
    .action(async (name?: string) => {
      await program.parseAsync([...(name === undefined ? [] : [name]), '--help'], { from: 'user' });
    });
  program.hook('preSubcommand', async (_program, command) => {
    const group = groups.find(({ name }) => name === command.name());
    for (const addCommands of (await group?.load()) ?? []) addCommands(command, runWithApp);
  });
  return program;
}
