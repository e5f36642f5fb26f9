import 'reflect-metadata';
import { Command, CommanderError } from 'commander';
import { addImportEvents } from './cli/commands/import-events';
import { addImportOrders } from './cli/commands/import-orders';
import { addKeys } from './cli/commands/keys';
import { addQuarantine } from './cli/commands/quarantine';
import { addReportStages } from './cli/commands/report-stages';
import { addSources } from './cli/commands/sources';
import type { RunWithApp } from './cli/with-app';
import { readConfig } from './config';
import { endSignal, openApp, runProcess } from './process';

/** The command line, for operators: it works on the database directly, beside a running server. */
function createProgram(): Command {
  const program = new Command('perennial')
    .description('One profile graph across every channel. Settings come from the environment.')
    .showHelpAfterError('(add --help for what there is)')
    .exitOverride();
  const imports = program.command('import').description('take data in');
  addImportEvents(imports, runWithApp);
  addImportOrders(imports, runWithApp);
  addReportStages(program.command('report').description('look at the customers'), runWithApp);
  addQuarantine(program, runWithApp);
  addKeys(program, runWithApp);
  addSources(program, runWithApp);
  return program;
}

const runWithApp: RunWithApp = async (command) => {
  const config = readConfig(process.env);
  const ending = endSignal();
  const { app, close } = await openApp(config);
  try {
    await command(app, process.stdout, ending);
  } finally {
    await app.apiKeys.settled();
    await app.sources.settled();
    await close();
  }
};

runProcess(async () => {
  try {
    await createProgram().parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has told the person already.
    process.exitCode = error.exitCode;
  }
});
