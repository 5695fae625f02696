// The contract of what the device management API keeps of MDM servers: their configuration, what they use tokens for, and how often they ask.
import { beforeEach, describe, expect, test } from "vitest";
import { noClientConfig } from "../../../domain/device-api/client-config.ts";
import { aLocation, anOrganization, contentTokenId, locationId, mdmServerId } from "../../support/builders/make.ts";
import { ada, battery, NOW } from "../../support/database/records.ts";

const here = locationId();
const other = aLocation({ id: locationId(2), name: "Springfield", uId: "1000000000000001", primary: false });

battery("client configurations", (records) => {
  const config = {
    locationId: here,
    mdmInfo: { id: "7f0c", name: "Jamf", metadata: "jamf.example.org" },
    notificationUrl: "https://jamf.example.org/apps",
    notificationAuthToken: "ZW5jcnlwdGVk",
    notificationTypes: ["ASSET_COUNT" as const],
  };
  beforeEach(async () => {
    await records.organizations.found(anOrganization(), aLocation(), ada);
    await records.locations.add(other);
  });

  test("come back as they were said last, at their location alone", async () => {
    expect(await records.clientConfigs.get(here)).toBeUndefined();
    expect(await records.clientConfigs.change(config)).toEqual(config);
    expect(await records.clientConfigs.get(here)).toEqual(config);
    expect(await records.clientConfigs.get(other.id)).toBeUndefined();
  });

  test("keep what is not said, and what others say at the same time", async () => {
    const mdmInfo = { id: "other", name: "Other", metadata: "m" };
    await records.clientConfigs.change({ ...noClientConfig(here), mdmInfo });
    const { notificationUrl, notificationAuthToken } = config;
    await Promise.all([
      records.clientConfigs.change({ locationId: here, notificationUrl, notificationAuthToken }),
      records.clientConfigs.change({ locationId: here, notificationTypes: ["ASSET_COUNT"] }),
    ]);
    expect(await records.clientConfigs.get(here)).toEqual({ ...config, mdmInfo });
  });
});

battery("uses of a token", (records) => {
  const tokenId = contentTokenId();
  const use = { tokenId, mdmServerId: mdmServerId(), what: "GET /mdm/v2/assets", at: NOW };
  const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

  test("are kept now and then: the first one, and one that comes more than so many seconds later", async () => {
    expect(await records.uses.of(tokenId)).toEqual([]);
    await records.uses.note(use, 300);
    for (const seconds of [-1, 0, 299, 300]) await records.uses.note({ ...use, what: "POST", at: later(seconds) }, 300);
    expect(await records.uses.of(tokenId)).toEqual([use]);
    const next = { ...use, what: "GET /mdm/v2/users", at: later(301) };
    await records.uses.note(next, 300);
    expect(await records.uses.of(tokenId)).toEqual([next]);
  });

  test("are kept for each MDM server, for those that can't be told apart together, and for each token", async () => {
    const { mdmServerId: _, ...unknown } = use;
    const uses = [
      { ...use, what: "a" },
      { ...use, mdmServerId: mdmServerId(2), what: "b" },
      { ...unknown, what: "c" },
    ];
    for (const each of uses) await records.uses.note(each, 300);
    await records.uses.note({ ...use, tokenId: contentTokenId(2) }, 300);
    const byWhat = (await records.uses.of(tokenId)).toSorted((one, another) => one.what.localeCompare(another.what));
    expect(byWhat).toEqual(uses);
  });
});

battery("rates", (records) => {
  const SECOND = 1_780_000_000;
  const taken = async (count: number, second: number, of: Parameters<typeof records.rates.take>[0] = here): Promise<number> => {
    const takes = Array.from({ length: count }, () => records.rates.take(of, "requests", { seconds: 1, number: second }, 15));
    return (await Promise.all(takes)).filter(Boolean).length;
  };

  test("let through as many as may be within a second, however many ask at once", async () => {
    expect(await taken(50, SECOND)).toBe(15);
    expect(await taken(5, SECOND)).toBe(0);
  });

  describe("are counted", () => {
    beforeEach(async () => {
      await taken(15, SECOND);
    });
    test.each<[string, number, Parameters<typeof records.rates.take>[0]]>([
      ["for each second", SECOND + 1, here],
      ["for each location", SECOND, other.id],
      ["for each token", SECOND, contentTokenId()],
    ])("%s by itself", async (_, second, of) => {
      expect(await taken(20, second, of)).toBe(15);
    });
  });
});
