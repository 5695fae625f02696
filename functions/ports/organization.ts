// The organization's record.
import type { Account } from "../../domain/accounts/account.ts";
import type { Location, Organization } from "../../domain/organization/organization.ts";
import type { ReminderLadder } from "../../domain/tokens/reminder.ts";
import type { Effect } from "./shared.ts";

export interface Organizations {
  /** Rejects when none was founded: nothing works before the first deployment has. */
  get(): Promise<Organization>;
  isFounded(): Promise<boolean>;
  /** The organization, its primary location and its first administrator at once. False, and nothing changed, when there is an organization already. */
  found(organization: Organization, primary: Location, administrator: Account, effects?: readonly Effect[]): Promise<boolean>;
  /**
   * Writes the next version over the one that was read; the primary location has the organization's name. False when either changed meanwhile.
   * The ladder that due times were set by is forgotten: tokens may have come under the one before.
   */
  replace(organization: Organization, primary: Location, effects?: readonly Effect[]): Promise<boolean>;
  /** The ladder that all tokens' due times were set by; `undefined` from an edit of the organization until a scan has applied what it says. */
  scannedLadder(): Promise<ReminderLadder | undefined>;
  /** Notes that every token is due by the organization's ladder. False when it was edited since it was read. */
  keepScannedLadder(organization: Organization): Promise<boolean>;
  /** When a scan last looked at all that was due; `undefined` before the first one. */
  scannedAt(): Promise<Date | undefined>;
  keepScannedAt(at: Date): Promise<void>;
}
