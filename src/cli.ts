import 'reflect-metadata';
import { CommanderError } from 'commander';
import { createProgram } from './cli/program';
import type { RunWithApp } from './cli/with-app';
import { readConfig } from './config';
import { endSignal, openApp, runProcess } from './process';

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
    await createProgram(runWithApp).parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has told the person already.
    process.exitCode = error.exitCode;
  }
});
