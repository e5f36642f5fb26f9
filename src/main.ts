import 'reflect-metadata';
import { jobsOf } from './app';
import { queryToPaste, startBanner } from './banner';
import { readConfig } from './config';
import { prepareDemo } from './demo';
import { JobRunner } from './platform/jobs/job-runner';
import { endSignal, openApp, runProcess, untilAborted } from './process';
import { createServer } from './server';

/** The server: API and, unless told otherwise, the jobs. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const ending = endSignal();
  const { app, close } = await openApp(config);
  try {
    const demo = config.demoData ? await prepareDemo(app, ending) : null;
    const server = await createServer(app, queryToPaste(demo));
    const jobs = new JobRunner(
      config.jobs ? jobsOf(app) : [],
      config.jobIntervalMs,
      app.clock,
      app.logger,
    );
    try {
      await app.live.appear();
      const url = await server.listen();
      jobs.start();
      process.stdout.write(startBanner(url, config.graphiql, demo));
      await untilAborted(ending);
    } finally {
      await Promise.all([server.stop(), jobs.stop()]);
    }
  } finally {
    await close();
  }
}

runProcess(main);
