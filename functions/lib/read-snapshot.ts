// Reads of several pages under concurrent writes: from one state of the data, or with a version id that shows a change.
import { type Versioned, versionIdOf } from "../../domain/device-api/version-id.ts";
import type { Ports } from "../ports/ports.ts";
import { sha256 } from "./hash.ts";

/** Data that changes while it is read. `nameOf` gives each state a name of its own, and tells when the latest change before it was. */
type DataSet<State> = {
  readonly of: string;
  readonly look: () => Promise<State>;
  readonly nameOf: (state: State) => Pick<Versioned, "at" | "state">;
};

/** Each reads what `read` reads, and looks again. */
const READINGS = 5;

/**
 * What `read` makes of a state that was the same before and after, so that all it read was so at one moment, with that state's version id. Where it keeps
 * moving the last reading is answered, with a version id of its own: it follows the state that was there before that reading.
 */
export const readOfOneState = async <State, Value>(
  { of, look, nameOf }: DataSet<State>,
  read: (state: State) => Promise<Value>,
  { now, random }: Pick<Ports, "now" | "random">,
): Promise<{ readonly value: Value; readonly versionId: string }> => {
  const began = now();
  let before = await look();
  for (let reading = 1; ; reading++) {
    const value = await read(before);
    const after = await look();
    const { at, state } = nameOf(before);
    if (nameOf(after).state === state) return { value, versionId: versionIdOf({ of, at, state }, sha256) };
    if (reading === READINGS) {
      const apart = 1 + (Buffer.from(random(4)).readUInt32BE() % 9_999);
      return { value, versionId: versionIdOf({ of, at: began, state, apart }, sha256) };
    }
    before = after;
  }
};
