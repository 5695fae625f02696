// Records that a token reached its expiry date: announced once, its file erased.

import { expiredNotice } from "../../domain/shared/notice.ts";
import type { ContentToken } from "../../domain/tokens/content-token.ts";
import { createAuditRecord, createEvent, createNotice, eraseFile, publishEffects } from "../lib/publish.ts";
import type { Ports } from "../ports/ports.ts";
import { type WherePorts, whereOf } from "./notice-context.ts";

export type ExpiringPorts = WherePorts & Pick<Ports, "reminders" | "files" | "erasures" | "bus" | "outbox" | "log" | "random">;

/** Does nothing if another run recorded it first. */
export const expireToken = async (token: ContentToken, at: Date, ports: ExpiringPorts): Promise<void> => {
  const { id: tokenId, locationId, expiresAt, file } = token;
  const when = { random: ports.random, at };
  const effects = [
    createEvent("ContentTokenExpired", { tokenId, locationId, expiresAt }, when),
    createNotice(expiredNotice(token, await whereOf(token, ports)), when),
    createAuditRecord("token-expired", { subject: tokenId, at, by: "service", locationId }),
  ];
  if (!(await ports.reminders.expire(token, effects))) return;
  await publishEffects(effects, ports);
  await eraseFile(file.key, ports);
};
