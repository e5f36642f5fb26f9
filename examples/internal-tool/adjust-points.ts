import type { Client } from '../typed-client/client';
import { ApiError } from '../typed-client/errors';
import {
  AdjustPointsDocument,
  type AdjustPointsMutation,
  FindMemberDocument,
} from '../typed-client/generated';

export interface Adjustment {
  readonly userId: string;
  /** Positive grants, negative takes. */
  readonly points: string;
  readonly reason: string;
  /** Of the help desk. A case adjusts once, however often the command is run. */
  readonly caseNumber: string;
}

export interface Report {
  readonly isDone: boolean;
  /** What was to be done, for whom, and what came of it. */
  readonly lines: readonly [string, string, string, string];
}

/** Adjusts the points of one customer. Refusals are reported by their names. */
export async function adjustPoints(client: Client, adjustment: Adjustment): Promise<Report> {
  const { userId, points, reason, caseNumber } = adjustment;
  const what = `${points} points: ${reason} (case ${caseNumber})`;
  try {
    const identifier = { namespace: 'user_id', value: userId };
    const { profileByIdentifier: member } = await client.send(FindMemberDocument, { identifier });
    if (member === null) {
      return { isDone: false, lines: [what, userId, 'Refused: NoSuchUser', 'Nobody has this id.'] };
    }
    const input = { profileId: member.id, points, reason, idempotencyKey: `case-${caseNumber}` };
    // The key makes it safe to send again where no answer came.
    const sending = client.send(AdjustPointsDocument, { input }, { isRepeatable: true });
    const { isDone, told } = tell((await sending).adjustPoints);
    return { isDone, lines: [what, `${userId}: ${member.displayName ?? 'no name'}`, ...told] };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { isDone: false, lines: [what, userId, `Refused: ${error.code}`, error.message] };
  }
}

type Result = AdjustPointsMutation['adjustPoints'];

function tell(result: Result): { readonly isDone: boolean; readonly told: [string, string] } {
  const refused = `Refused: ${result.__typename}`;
  switch (result.__typename) {
    case 'LoyaltyTransaction': {
      const { id, postedAt, account } = result;
      const balance = `Balance: ${account.balance} points, tier ${account.tier}`;
      return { isDone: true, told: [balance, `Posted ${postedAt} as ${id}`] };
    }
    case 'AdjustmentRefused':
      return { isDone: false, told: [`${refused}, ${result.fault}`, result.message] };
    case 'InsufficientPoints':
    case 'IdempotencyKeyReused':
    case 'ProfileNotFound':
      return { isDone: false, told: [refused, result.message] };
    default:
      // A later server may refuse for what this tool has not been told of yet.
      return { isDone: false, told: [refused, 'This tool is older than the server.'] };
  }
}
