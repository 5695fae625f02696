// The contract of the look-up of a token by its secret: what ended it, or changed who and where it belongs to, counts at the very next one, although the
// places of it all are remembered from the one before.
import { beforeEach, expect, test } from "vitest";
import { noClientConfig } from "../../../domain/device-api/client-config.ts";
import { noLinks } from "../../../domain/mdm-servers/links.ts";
import { begun, NO_SUBSCRIPTION, reserved } from "../../../domain/organization/subscription.ts";
import type { BearerFound } from "../../../functions/ports/bearers.ts";
import { aContentToken, aLocation, anOrganization, at, contentTokenId } from "../../support/builders/make.ts";
import { ada, aFile, battery, bob, NOW } from "../../support/database/records.ts";

const here = aLocation();
const token = aContentToken();
const config = { ...noClientConfig(here.id), mdmInfo: { id: "7f0c", name: "Jamf", metadata: "-" } };

battery("bearers", (records) => {
  beforeEach(async () => {
    await records.organizations.found(anOrganization(), here, ada);
    await records.withToken(token);
  });
  const find = () => records.bearers.find(token.secretSha256 ?? "");
  const get = () => records.bearers.get(token.id);
  const found: BearerFound = {
    token,
    location: here,
    links: noLinks(here.id),
    config: noClientConfig(here.id),
    holders: new Map([[ada.id, ada]]),
  };

  test("of a secret that nobody was given are none, and of one that comes to be held there are, at once", async () => {
    const secretSha256 = "d".repeat(64);
    expect(await records.bearers.find(secretSha256)).toBeUndefined();
    const later = aContentToken({ id: contentTokenId(2), secretSha256, file: aFile(2) });
    await records.add(later);
    expect(await records.bearers.find(secretSha256)).toEqual({ ...found, token: later });
  });

  test("come with all that the token's worth hangs on", async () => {
    expect(await find()).toEqual(found);
    expect(await find()).toEqual(found);
  });

  test.each<[string, () => Promise<unknown>, Partial<BearerFound>]>([
    [
      "the token was ended",
      () => records.tokens.invalidate(token.id, { at: NOW, cause: "revoked" }),
      { token: { ...token, invalidation: { at: NOW, cause: "revoked" } } },
    ],
    [
      "a holder's password changed",
      () => records.accounts.recordPasswordChange(ada.id, NOW),
      { holders: new Map([[ada.id, { ...ada, passwordChangedAt: NOW, version: 2 }]]) },
    ],
    [
      "a holder was disabled",
      () => records.accounts.recordDisabled(ada.id, NOW),
      { holders: new Map([[ada.id, { ...ada, disabledAt: NOW, version: 2 }]]) },
    ],
    [
      "a holder lost their grants",
      () => records.accounts.replace({ ...ada, grants: [], version: 2 }),
      { holders: new Map([[ada.id, { ...ada, grants: [], version: 2 }]]) },
    ],
    [
      "the location was reserved",
      () => records.subscriptions.replace(begun(NO_SUBSCRIPTION, here, { at: NOW, wasTold: false }), reserved(here, NOW)),
      { location: reserved(here, NOW) },
    ],
    [
      "an MDM server was linked",
      () => records.links.replace({ ...noLinks(here.id), version: 1 }, {}),
      { links: { ...noLinks(here.id), version: 1 } },
    ],
    ["an MDM server named itself", () => records.clientConfigs.change(config), { config }],
  ])("show at the next look-up that %s", async (_, happens, change) => {
    for (const look of [find, get]) expect(await look()).toEqual(found);
    await happens();
    for (const look of [find, get]) expect(await look()).toEqual({ ...found, ...change });
  });

  test("show at the next look-up that somebody more was given the file, and from then on what becomes of them", async () => {
    await find();
    await records.tokens.handOver({ token, to: bob, holders: new Map([[ada.id, ada]]), at: NOW });
    const shared = { ...token, downloadedBy: [...token.downloadedBy, { accountId: bob.id, givenAt: NOW }] };
    const holders = new Map([
      [ada.id, ada],
      [bob.id, bob],
    ]);
    expect(await find()).toEqual({ ...found, token: shared, holders });
    await records.accounts.recordPasswordChange(bob.id, at("2026-06-02"));
    const changed = { ...bob, passwordChangedAt: at("2026-06-02"), version: 2 };
    expect(await find()).toEqual({ ...found, token: shared, holders: new Map([...holders, [bob.id, changed]]) });
  });

  test("are found by the token's identifier too, with the accounts that were given it meanwhile; an unknown identifier is an error", async () => {
    await get();
    await records.tokens.handOver({ token, to: bob, holders: new Map([[ada.id, ada]]), at: NOW });
    expect([...(await get()).holders.keys()]).toEqual([ada.id, bob.id]);
    await expect(records.bearers.get(contentTokenId(2))).rejects.toThrow("is not recorded");
  });

  test("of one token are not another one's", async () => {
    const [secretSha256, second] = ["e".repeat(64), contentTokenId(2)];
    await find();
    await records.add(aContentToken({ id: second, secretSha256, file: aFile(2) }));
    await records.tokens.invalidate(second, { at: NOW, cause: "revoked" });
    expect((await records.bearers.find(secretSha256))?.token.invalidation).toBeDefined();
    expect(await find()).toEqual(found);
  });
});
