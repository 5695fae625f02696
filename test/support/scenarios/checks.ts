// Checks with Apple in scene: the daily run, and one check for each answer.

import type { ContentTokenId } from "../../../domain/shared/ids.ts";
import type { AppleAnswer, Doubt } from "../../../domain/tokens/apple-check.ts";
import { takeCheckMessage } from "../../../functions/checks/take-message.ts";
import { call, fileOf, type Host, later, link, other, register, type Scenario } from "./scene.ts";

const importToken = async (host: Host, token: string): Promise<ContentTokenId> =>
  (
    await call(host.ports, host.clock.now, {
      route: "POST /v1/content-tokens/import",
      body: { locationId: other.id, fileName: "a.vpptoken", file: fileOf(token), downloadedBy: "unknown" },
    })
  ).body.id;

const doubt = async (host: Host, id: ContentTokenId, over: Partial<Doubt> = {}): Promise<void> => {
  const token = await host.ports.tokens.get(id);
  if (token === undefined) throw new Error(`${id} was not imported`);
  await host.ports.tokens.recordDoubt(token, { reason: "reported", at: host.clock.now, ...over });
  later(host, 60);
};

const ACCEPTED: AppleAnswer = { outcome: "accepted", evidence: { status: 200, locationName: "Springfield", uId: "2000000000000001" } };
const SILENT: AppleAnswer = { outcome: "no-answer", evidence: { noAnswer: "timed_out" } };

type Check = {
  readonly answer: AppleAnswer;
  readonly attempt?: number;
  readonly changesNothing?: boolean;
  readonly before?: (host: Host, id: ContentTokenId) => Promise<void>;
};

const checking = (what: string, { answer, attempt = 1, changesNothing = false, before }: Check): Scenario => ({
  name: `checking ${what}`,
  again: true,
  changesNothing,
  before: async (host) => {
    const id = await importToken(host, "checked");
    await before?.(host, id);
    host.answers.set("all", answer);
    return [id];
  },
  by: "token-checks",
  act: (ports, _, [tokenId]) => takeCheckMessage({ tokenId, attempt }, ports),
});

export const CHECK_SCENARIOS: readonly Scenario[] = [
  {
    name: "enqueuing the daily checks of two imported tokens beside one that was issued",
    again: true,
    changesNothing: true,
    before: async (host) => {
      await call(host.ports, host.clock.now, { route: "POST /v1/content-tokens", body: { locationId: other.id } });
      for (const token of ["one", "another"]) await importToken(host, token);
      return [];
    },
    by: "token-checks",
    act: (ports) => takeCheckMessage({ "detail-type": "Scheduled Event" }, ports),
  },
  checking("a token that Apple accepts, whose location Apple names first", { answer: ACCEPTED }),
  checking("a token in doubt, about which people were asked, and that Apple accepts", {
    answer: ACCEPTED,
    before: (host, id) => doubt(host, id, { noticedAt: host.clock.now }),
  }),
  checking("a token for which Apple names another MDM server than the linked one", {
    answer: { ...ACCEPTED, evidence: { ...ACCEPTED.evidence, mdmInfo: { id: "jamf-2", name: "Another" } } },
    before: async (host, id) => {
      await link(host, (await register(host, "Jamf")).id, id);
      host.answers.set("all", { ...ACCEPTED, evidence: { ...ACCEPTED.evidence, mdmInfo: { id: "jamf-1", name: "Jamf" } } });
      await takeCheckMessage({ tokenId: id, attempt: 1 }, host.ports);
      later(host, 600);
    },
  }),
  checking("a token that Apple revoked", { answer: { outcome: "revoked-by-apple", evidence: { status: 401, errorNumber: 9625 } } }),
  checking("a token that Apple does not know", { answer: { outcome: "unknown-to-apple", evidence: { status: 200, errorNumber: 9622 } } }),
  checking("a token that expired at Apple", { answer: { outcome: "expired", evidence: { status: 401, errorNumber: 9621 } } }),
  checking("a token about which Apple is silent, with attempts left", { answer: SILENT, changesNothing: true }),
  checking("a token about which Apple is silent, for the last time", { answer: SILENT, attempt: 5 }),
  checking("a token in doubt about which Apple is silent, for the last time", { answer: SILENT, attempt: 5, before: doubt }),
  checking("a token while checks are switched off", { answer: { outcome: "no-answer", evidence: { noAnswer: "switched_off" } } }),
];
