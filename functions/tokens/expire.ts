// Records that a token reached its expiry date: announced once, its file erased.

import { expiredNotice } from "../../domain/shared/notice.ts";
import type { ContentToken } from "../../domain/tokens/content-token.ts";
import { announce, custodyOf, eraseFile, eventOf, noticeOf } from "../lib/publish.ts";
import type { Ports } from "../ports/ports.ts";
import { type WherePorts, whereOf } from "./notice-context.ts";

export type ExpiringPorts = WherePorts & Pick<Ports, "reminders" | "files" | "erasures" | "bus" | "outbox" | "log" | "random">;

/** Does nothing if another run recorded it first. */
export const expireToken = async (token: ContentToken, at: Date, ports: ExpiringPorts): Promise<void> => {
  const { id: tokenId, locationId, expiresAt, file } = token;
  const when = { random: ports.random, at };
  const effects = [
    eventOf("ContentTokenExpired", { tokenId, locationId, expiresAt }, when),
    noticeOf(expiredNotice(token, await whereOf(token, ports)), when),
    custodyOf("token-expired", { subject: tokenId, at, by: "service", locationId }),
  ];
  if (!(await ports.reminders.expire(token, effects))) return;
  await announce(effects, ports);
  await eraseFile(file.key, ports);
};
