import { Command } from 'commander';
import { addImportEvents } from './commands/import-events';
import { addImportOrders } from './commands/import-orders';
import { addKeys } from './commands/keys';
import { addLifecycle } from './commands/lifecycle';
import { addQuarantine } from './commands/quarantine';
import { addReportStages } from './commands/report-stages';
import { addSources } from './commands/sources';
import type { RunWithApp } from './with-app';

/** The command line, for operators: it works on the database directly, beside a running server. */
export function createProgram(runWithApp: RunWithApp): Command {
  const program = new Command('perennial')
    .description('One profile graph across every channel. Settings come from the environment.')
    .showHelpAfterError('(add --help for what there is)')
    .exitOverride();
  const imports = program.command('import').description('take data in');
  addImportEvents(imports, runWithApp);
  addImportOrders(imports, runWithApp);
  addReportStages(program.command('report').description('look at the customers'), runWithApp);
  addLifecycle(program, runWithApp);
  addQuarantine(program, runWithApp);
  addKeys(program, runWithApp);
  addSources(program, runWithApp);
  return program;
}
