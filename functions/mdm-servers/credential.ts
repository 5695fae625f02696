// Credentials of MDM servers: random, kept as their hash alone, known by their prefix to whoever finds one where it should not be.
import { CREDENTIAL_BYTES } from "../../domain/mdm-servers/mdm-server.ts";
import { sha256 } from "../lib/hash.ts";
import type { Ports } from "../ports/ports.ts";

export const newCredential = (random: Ports["random"]): { readonly credential: string; readonly sha256: string } => {
  const credential = `mdmc_${Buffer.from(random(CREDENTIAL_BYTES)).toString("base64url")}`;
  return { credential, sha256: sha256(credential) };
};
