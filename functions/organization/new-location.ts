// A location as it is first recorded, with identifiers of its own.

import { type Location, UID_BYTES, uIdOf } from "../../domain/organization/organization.ts";
import { IDENTIFIER_BYTES, identifierText, LocationId } from "../../domain/shared/ids.ts";
import { FIRST_VERSION } from "../../domain/shared/version.ts";
import type { Ports } from "../ports/ports.ts";

export const newLocation = (name: string, { primary, at, random }: { primary: boolean; at: Date } & Pick<Ports, "random">): Location => ({
  id: LocationId.parse(`loc_${identifierText(random(IDENTIFIER_BYTES))}`),
  name,
  uId: uIdOf(random(UID_BYTES)),
  primary,
  createdAt: at,
  version: FIRST_VERSION,
});
