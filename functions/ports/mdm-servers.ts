// The MDM servers' records.
import type { MdmServer } from "../../domain/mdm-servers/mdm-server.ts";
import type { MdmServerId } from "../../domain/shared/ids.ts";
import type { Effect, Page, PageRequest, Preconditions } from "./shared.ts";

export interface MdmServers {
  /** Strongly consistent. */
  get(id: MdmServerId): Promise<MdmServer | undefined>;
  /** Those of `ids` that exist, strongly consistent. */
  getAll(ids: readonly MdmServerId[]): Promise<ReadonlyMap<MdmServerId, MdmServer>>;
  /** The MDM server that has, or had, the credential with this SHA-256 (hex), strongly consistent. `isCredentialGood` decides if it is valid. */
  findByCredential(sha256: string): Promise<MdmServer | undefined>;
  /** The one in use whose `mdmInfo` has this `id`, strongly consistent. */
  findByMdmInfo(id: string): Promise<MdmServer | undefined>;
  list(page: PageRequest): Promise<Page<MdmServer>>;
  /** False, and nothing changed, when the credential or the `mdmInfo.id` is another one's, or a precondition changed. */
  register(server: MdmServer, effects?: readonly Effect[], preconditions?: Preconditions): Promise<boolean>;
  /**
   * Writes the next version over the one that was read. False when it, or a precondition, changed meanwhile, or when its credential or `mdmInfo.id` is
   * another one's.
   */
  replace(server: MdmServer, effects?: readonly Effect[], preconditions?: Preconditions): Promise<boolean>;
  /** Notes that it called. */
  seen(id: MdmServerId, at: Date): Promise<void>;
}
