// The seals of the custody log.
import type { Seal } from "../../domain/custody/seal.ts";

/** Storage for the heads of the custody log's chains. Nobody can change or remove a seal. */
export interface Seals {
  /** The newest one as it was first written, whatever was put over it; `undefined` when nothing was ever sealed. Throws when it can't be read. */
  last(): Promise<Seal | undefined>;
  /** False, and nothing changed, when there is a seal of that number: another run was here. */
  add(seal: Seal): Promise<boolean>;
}
