// The contract of the organization and its locations, and of edits that were overtaken.
import { expect, test } from "vitest";
import { aLocation, anOrganization, at, locationId } from "../../support/builders/make.ts";
import { ada, battery, bob } from "../../support/database/records.ts";

battery("the organization", (records) => {
  const other = aLocation({ id: locationId(2), name: "Other", uId: "1000000000000001", primary: false });

  test("is founded once, with its primary location and its first administrator", async () => {
    expect(await records.organizations.found(anOrganization(), aLocation(), ada)).toBe(true);
    expect(await records.organizations.found(anOrganization({ name: "Usurper" }), other, bob)).toBe(false);
    expect(await records.organizations.get()).toEqual(anOrganization());
    expect(await records.locations.primary()).toEqual(aLocation());
    expect(await records.accounts.get(ada.id)).toEqual(ada);
    expect(await records.accounts.get(bob.id)).toBeUndefined();
  });

  test("and its primary location change together, from the version that was read", async () => {
    await records.organizations.found(anOrganization(), aLocation(), ada);
    const renamed = [anOrganization({ name: "New", version: 2 }), aLocation({ name: "New", version: 2 })] as const;
    expect(await records.organizations.replace(...renamed)).toBe(true);
    expect(await records.organizations.replace(...renamed)).toBe(false);
    expect(await records.organizations.get()).toEqual(renamed[0]);
    expect(await records.locations.primary()).toEqual(renamed[1]);
  });

  test("remembers the ladder that due times were set by, and forgets it with every edit: tokens may have come under the one before", async () => {
    expect(await records.organizations.isFounded()).toBe(false);
    await expect(records.organizations.get()).rejects.toThrow("was not founded");
    const organization = anOrganization({ reminderLadder: [30, 1] });
    await records.organizations.found(organization, aLocation(), ada);
    expect(await records.organizations.scannedLadder()).toEqual([30, 1]);
    await records.organizations.replace({ ...organization, reminderLadder: [90], version: 2 }, aLocation({ version: 2 }));
    expect(await records.organizations.isFounded()).toBe(true);
    expect(await records.organizations.keepScannedLadder(organization)).toBe(false);
    expect(await records.organizations.scannedLadder()).toBeUndefined();
    expect(await records.organizations.keepScannedLadder(await records.organizations.get())).toBe(true);
    expect(await records.organizations.scannedLadder()).toEqual([90]);
    expect((await records.organizations.get()).version).toBe(2);
  });

  test("remembers when a scan was last complete, and nothing before the first one was", async () => {
    await records.organizations.found(anOrganization(), aLocation(), ada);
    expect(await records.organizations.scannedAt()).toBeUndefined();
    for (const time of ["2026-06-01T06:00:00.001Z", "2026-06-02T06:00:00.002Z"]) {
      await records.organizations.keepScannedAt(at(time));
      expect(await records.organizations.scannedAt()).toEqual(at(time));
    }
    await records.organizations.replace(anOrganization({ version: 2 }), aLocation({ version: 2 }));
    expect(await records.organizations.scannedAt()).toEqual(at("2026-06-02T06:00:00.002Z"));
  });

  test("keeps the uIds of its locations unique", async () => {
    expect(await records.locations.add(other)).toBe(true);
    expect(await records.locations.add({ ...other, id: locationId(3) })).toBe(false);
    expect(await records.locations.get(locationId(3))).toBeUndefined();
    expect((await records.locations.list({ limit: 10 })).items).toEqual([other]);
  });

  test("does not overwrite a location or grants that changed meanwhile", async () => {
    await records.locations.add(other);
    expect(await records.locations.replace({ ...other, name: "A", version: 2 })).toBe(true);
    expect(await records.locations.replace({ ...other, name: "B", version: 2 })).toBe(false);
    expect(await records.locations.get(other.id)).toMatchObject({ name: "A", version: 2 });
    await records.accounts.register(ada);
    expect(await records.accounts.replace({ ...ada, grants: [], version: 2 })).toBe(true);
    expect(await records.accounts.replace({ ...ada, version: 2 })).toBe(false);
    expect(await records.accounts.get(ada.id)).toEqual({ ...ada, grants: [], version: 2 });
  });
});
