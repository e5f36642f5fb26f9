import 'reflect-metadata';
import { jobsOf } from './app';
import { readConfig } from './config';
import { JobRunner } from './platform/jobs/job-runner';
import { endSignal, openApp, runProcess, untilAborted } from './process';

/** The jobs alone, beside servers that run with `JOBS=false`. Any number may run side by side. */
async function worker(): Promise<void> {
  const config = readConfig(process.env);
  const ending = endSignal();
  const { app, close } = await openApp(config);
  const jobs = new JobRunner(jobsOf(app), config.jobIntervalMs, app.clock, app.logger);
  try {
    await app.live.appear();
    jobs.start();
    await untilAborted(ending);
  } finally {
    await jobs.stop();
    await close();
  }
}

runProcess(worker);
