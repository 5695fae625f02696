// The custody log. Entries are written with the acts that they record; here they are read.
import type { CustodyEntry, SubjectId } from "../../domain/custody/custody.ts";
import type { Found } from "../../domain/custody/custody-verification.ts";
import type { Page, PageRequest } from "./shared.ts";

/** Reads the custody log. Entries are written as effects of their acts, see `Effect`. Lists are newest first. */
export interface CustodyLog {
  /** One chain. */
  history(subject: SubjectId, page: PageRequest): Promise<Page<CustodyEntry>>;
  /** All chains, by time; both ends belong to it. Not strongly consistent. */
  list(between: { readonly from?: Date | undefined; readonly to?: Date | undefined }, page: PageRequest): Promise<Page<CustodyEntry>>;
  /** The subjects of all entries from `since` on, oldest first, one per entry; of all entries without `since`. Eventually consistent. */
  changedSince(since: Date | undefined): AsyncIterable<string>;
  /** The entries of one chain from number `from` on, oldest first, strongly consistent. */
  chain(subject: string, from: number): AsyncIterable<Found>;
}
