import 'reflect-metadata';
import { CommanderError } from 'commander';
import { createProgram } from './cli/program';
import type { RunWithApp } from './cli/with-app';

// Loaded when a command runs: help, and what the command line refuses, are told at once.
const loadProcess = () => import('./process.js');

const runWithApp: RunWithApp = async (command) => {
  const { endSignal, openApp } = await loadProcess();
  const { readConfig } = await import('./config.js');
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

createProgram(runWithApp)
  .parseAsync()
  .catch(async (error: unknown) => {
    // Commander has told the person already.
    if (error instanceof CommanderError) process.exitCode = error.exitCode;
    else (await loadProcess()).failProcess(error);
  });
